package io.espalier.orchestrator.ssh;

import io.espalier.protocol.Reason;
import java.util.Optional;

/** A handshake ended because of the host's key; nothing of the login was sent. */
final class HostKeyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final transient Optional<HostKey> presented;

    HostKeyException(Reason reason, String message, Optional<HostKey> presented, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.presented = presented;
    }

    Reason reason() {
        return reason;
    }

    /** Empty if the host has no key of a type that we would take. */
    Optional<HostKey> presented() {
        return presented;
    }
}
