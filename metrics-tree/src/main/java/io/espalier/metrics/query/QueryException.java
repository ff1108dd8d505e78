package io.espalier.metrics.query;

/** A question that is not answered. */
public final class QueryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Reason {
        /** The key is not in the grammar. */
        BAD_KEY,
        /** Answering would take more than the budget. */
        BUDGET
    }

    private final Reason reason;

    public QueryException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
