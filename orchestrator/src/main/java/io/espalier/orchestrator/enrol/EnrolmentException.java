package io.espalier.orchestrator.enrol;

import io.espalier.protocol.Reason;

/** A host could not be enrolled; what was done so far does no harm and the next try goes on from there. */
public final class EnrolmentException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    EnrolmentException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    EnrolmentException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
