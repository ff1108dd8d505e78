package io.espalier.orchestrator.source;

import io.espalier.protocol.Reason;

/** A source could not be read; {@link #reason()} says what to do about it. */
public final class SourceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public SourceException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public SourceException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
