package io.espalier.httpdns.access;

import java.util.Objects;

/** A request that will not be answered. Carries no stack trace: anyone may cause any number of these. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /** @param message for the one who asked; holds no secret and nothing of other requests */
    public RefusedException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    @Override
    public String getMessage() {
        return Objects.toString(super.getMessage());
    }
}
