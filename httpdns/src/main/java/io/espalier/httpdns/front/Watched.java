package io.espalier.httpdns.front;

/** A connection whose patience is limited. Its event loop looks at it every second. */
interface Watched {
    /** @param now by {@link System#nanoTime} */
    void check(long now);

    /** Closes, without asking whether anything is under way. */
    void close();
}
