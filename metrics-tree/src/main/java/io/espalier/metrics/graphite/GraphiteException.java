package io.espalier.metrics.graphite;

/** A target or a path that is not understood; its message is shown to who wrote it. */
public final class GraphiteException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public GraphiteException(String message) {
        super(message);
    }
}
