package io.espalier.orchestrator.host;

import io.espalier.protocol.Reason;

/** A host could not be spoken to; {@link #reason()} says what to do about it. */
public final class LinkException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public LinkException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public LinkException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
