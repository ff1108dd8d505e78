package io.espalier.httpdns.answer;

import org.jspecify.annotations.Nullable;

/**
 * What is asked. The class is always IN.
 *
 * @param name lower-case ASCII (A-labels), without the dot at the end; empty for the root; checked by the dialect
 * @param type the record type's number, such as 1 for A
 * @param client the network to answer for, from a signed request or a trusted proxy; null when nobody said so in a way
 *     that counts. A prefix of 0 is the client's wish that no network be told to anyone
 */
public record Question(String name, int type, @Nullable Subnet client) {
    /** The same question, whoever asks. */
    public Question forAnyone() {
        return client == null ? this : new Question(name, type, null);
    }
}
