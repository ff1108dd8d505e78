package io.espalier.backup.transport;

import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.StoreException;

/** Why a server does not take an object. Its order is part of the wire format. */
public enum Refusal {
    /** The proof is not that of the host. */
    NOT_SIGNED_IN,
    /** Too large, or of a kind that hosts may not add. */
    NOT_ALLOWED,
    /** The bytes do not have the name, or other bytes are under it. */
    DAMAGED,
    /** The store has no room. */
    FULL,
    /** No memory for one more object now; ask again. */
    BUSY,
    /** The store failed. */
    FAILED;

    /** Whether the same object may be taken a moment later. */
    public boolean isPassing() {
        return this == BUSY;
    }

    StoreException exception(ObjectName name, String detail) {
        StoreException.Reason reason =
                switch (this) {
                    case NOT_SIGNED_IN, NOT_ALLOWED -> StoreException.Reason.DENIED;
                    case DAMAGED -> StoreException.Reason.DAMAGED;
                    case FULL -> StoreException.Reason.FULL;
                    case BUSY -> StoreException.Reason.UNREACHABLE;
                    case FAILED -> StoreException.Reason.FAILED;
                };
        return new StoreException(reason, "put " + name + ": " + this + ": " + detail);
    }
}
