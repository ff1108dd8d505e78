package io.espalier.backup.transport;

import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.StoreException;
import java.util.Arrays;
import java.util.Optional;

/** Why a server does not take an object. The numbers are part of the wire format. */
public enum Refusal {
    /** The proof is not that of the host. */
    NOT_SIGNED_IN(1),
    /** Too large, or of a kind that hosts may not add. */
    NOT_ALLOWED(2),
    /** The bytes do not have the name, or other bytes are under it. */
    DAMAGED(3),
    /** The store has no room. */
    FULL(4),
    /** No memory for one more object now; ask again. */
    BUSY(5),
    /** The store failed. */
    FAILED(6);

    private final int code;

    Refusal(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Optional<Refusal> of(int code) {
        return Arrays.stream(values()).filter(refusal -> refusal.code == code).findFirst();
    }

    /** Whether the same object may be taken a moment later. */
    public boolean isPassing() {
        return this == BUSY;
    }

    /** What it means to whoever put the object. */
    public StoreException.Reason reason() {
        return switch (this) {
            case NOT_SIGNED_IN, NOT_ALLOWED -> StoreException.Reason.DENIED;
            case DAMAGED -> StoreException.Reason.DAMAGED;
            case FULL -> StoreException.Reason.FULL;
            case BUSY -> StoreException.Reason.UNREACHABLE;
            case FAILED -> StoreException.Reason.FAILED;
        };
    }

    StoreException exception(ObjectName name, String detail) {
        return new StoreException(reason(), "put " + name + ": " + this + ": " + detail);
    }
}
