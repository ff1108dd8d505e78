package io.espalier.metrics.pipe;

import io.espalier.metrics.tree.Batch;

/**
 * Counts something of every line. Used by one thread: each thread has pipes of its own. Write your own, name its
 * {@link Factory} in {@code META-INF/services}, and it runs beside the others.
 */
public interface Pipe {
    /** Makes pipes for logs of a format. */
    interface Factory {
        /** As it appears in messages, such as {@code browser}. */
        String name();

        /** Whether lines of the format have what the pipe reads; if not, it is left out. */
        boolean fits(LogFormat format);

        Pipe init();
    }

    void process(LogRecord line);

    /** Puts what was counted since the last flush into the batch, and starts again from nothing. */
    void flush(Batch batch);

    /** The last call, after a flush. */
    default void cleanup() {}
}
