package io.espalier.metrics.relay;

import io.espalier.metrics.json.BadJsonException;
import io.espalier.metrics.json.Json;
import io.espalier.metrics.json.JsonText;
import java.io.IOException;

/**
 * What an upstream answers: up to where it has a sender's parcels.
 *
 * @param merged   number of the last that is merged; 0: it knows nothing of this sender
 * @param checksum of that parcel
 * @param durable  number up to which a kill of the upstream loses nothing
 * @param isKept   that the upstream keeps its tree on disk; else durable is the same as merged
 */
public record Standing(long merged, int checksum, long durable, boolean isKept) {

    public String toJson() {
        return new JsonText()
                .open('{')
                .name("merged")
                .number(merged)
                .name("checksum")
                .number((long) checksum)
                .name("durable")
                .number(durable)
                .name("kept")
                .bool(isKept)
                .close('}')
                .toString();
    }

    static Standing parse(String json) throws IOException {
        try {
            Json answer = Json.parse(json);
            long merged = number(answer, "merged");
            long durable = number(answer, "durable");
            if (durable < 0 || durable > merged) {
                throw new IOException("not the answer of a tree: " + durable + " durable of " + merged);
            }
            boolean isKept = answer.at("kept").equals(java.util.Optional.of(new Json.Bool(true)));
            return new Standing(merged, (int) number(answer, "checksum"), durable, isKept);
        } catch (BadJsonException e) {
            throw new IOException("not the answer of a tree: " + e.getMessage(), e);
        }
    }

    private static long number(Json answer, String name) throws IOException {
        if (answer.at(name).orElse(new Json.Null()) instanceof Json.Num(double value)) {
            return (long) value;
        }
        throw new IOException("not the answer of a tree: no " + name);
    }
}
