package io.espalier.orchestrator.worker;

/** A report that is not taken. */
public final class WorkerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** Not what a report of that kind looks like; the message names the path. */
        MALFORMED,
        /** Longer, deeper or with more values than any report needs. */
        TOO_LARGE,
        /** There are as many workers as there may be. */
        TOO_MANY
    }

    private final Reason reason;

    WorkerException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
