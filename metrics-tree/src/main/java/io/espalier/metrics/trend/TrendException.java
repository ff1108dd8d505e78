package io.espalier.metrics.trend;

/** History that is not to be had, or not to be kept. */
public final class TrendException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Reason {
        /** A time, a range or a function that is not understood. */
        BAD_RANGE,
        /** A frame that is not newer than the last one. */
        LATE,
        /** More series or points than one answer may have. */
        BUDGET,
        /** The disk or the store behind it does not answer. */
        AWAY
    }

    private final Reason reason;

    public TrendException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
