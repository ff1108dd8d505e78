package io.espalier.httpdns.answer;

/** Told each decision on the way to an answer. Shown to whoever asks with {@code explain=1}; must not block. */
@FunctionalInterface
public interface Trace {
    /** Nobody listens. */
    Trace NONE = (stage, decision) -> {};

    /**
     * One decision.
     *
     * @param stage such as {@code memory}, {@code redis}, {@code zone}, {@code upstream 127.0.0.1:53}
     * @param decision one line for a person
     */
    void step(String stage, String decision);
}
