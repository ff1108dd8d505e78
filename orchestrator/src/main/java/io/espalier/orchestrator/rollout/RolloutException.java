package io.espalier.orchestrator.rollout;

import io.espalier.protocol.Reason;

/** A rollout was not begun or not changed; {@link #reason()} says what to do about it. */
public final class RolloutException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    public RolloutException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public RolloutException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
