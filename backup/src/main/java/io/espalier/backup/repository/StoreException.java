package io.espalier.backup.repository;

import java.io.IOException;

/** A store would not do what it was asked. {@link #reason()} says why, the message names the object and the place. */
public final class StoreException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** There is no such object. */
        NOT_FOUND,
        /** The bytes are not those that the name promises, or there are other bytes under that name. */
        DAMAGED,
        /** No room, no inodes or a quota. */
        FULL,
        /** Not allowed, or mounted read-only. */
        DENIED,
        /** It cannot be reached now; trying again later may help. */
        UNREACHABLE,
        /** The device failed, or anything else. */
        FAILED
    }

    private final Reason reason;

    public StoreException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public StoreException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
