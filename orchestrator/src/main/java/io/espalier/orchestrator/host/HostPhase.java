package io.espalier.orchestrator.host;

import io.espalier.protocol.Reason;
import java.util.Optional;

/**
 * What a rollout is doing with a host, or how it ended there.
 *
 * @param reason why it waits, failed or is quarantined
 * @param detail for people; empty if there is nothing to say
 */
public record HostPhase(Kind kind, Optional<Reason> reason, String detail) {

    /** No rollout has anything to say about the host. */
    public static final HostPhase NONE = new HostPhase(Kind.NONE, Optional.empty(), "");

    /** See {@link HostState} for the words. */
    public enum Kind {
        NONE,
        PENDING,
        APPLYING,
        WAITING,
        FAILED,
        QUARANTINED
    }

    public static HostPhase of(Kind kind) {
        return new HostPhase(kind, Optional.empty(), "");
    }

    public static HostPhase of(Kind kind, Reason reason, String detail) {
        return new HostPhase(kind, Optional.of(reason), detail);
    }
}
