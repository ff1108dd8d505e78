package io.espalier.httpdns.answer;

import org.jspecify.annotations.Nullable;

/** Answers questions: local zones, then the caches, then the upstreams. Safe for use by many threads. */
public interface Names {
    /**
     * The answer at hand, without waiting: fit for an event loop. TTLs are what remains.
     *
     * @return null if finding it may take time; then {@link #lookup} is the way
     */
    @Nullable
    Answer atHand(Question question);

    /**
     * The answer, found if need be. Waits for the caches and the upstreams, never longer than their budget (1.8 s
     * unless told otherwise); an outcome of DNS, a failure too, is an answer and not an exception.
     *
     * @throws InterruptedException if this thread was interrupted
     */
    Answer lookup(Question question, Trace trace) throws InterruptedException;
}
