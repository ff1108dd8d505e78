package io.espalier.orchestrator.rollout;

import io.espalier.protocol.HostName;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that happened in a rollout.
 *
 * @param id grows over all rollouts; a stream is resumed by the last one seen
 * @param wave from 1; 0 where it is not about a wave
 * @param host empty where it is not about a host
 * @param reason the word of a {@link io.espalier.protocol.Reason}; empty where nothing went wrong
 * @param detail for people; for a step, its name
 * @param millis how long it took; 0 where that means nothing
 */
public record RolloutEvent(
        long id,
        RolloutId rollout,
        Instant at,
        int wave,
        Optional<HostName> host,
        Kind kind,
        String reason,
        String detail,
        long millis) {

    /** What happened. */
    public enum Kind {
        /** The rollout is in another state; the detail begins with its word. */
        STATE,
        /** A wave began; the detail names its hosts. */
        WAVE,
        /** A manifest was sent to a host. */
        SENT,
        /** A step of an apply was reported by the host. */
        STEP,
        /** A host was planned again because it held something else. */
        REPLANNED,
        APPLIED,
        FAILED,
        WAITING,
        /** A host is to be sent to later, or again. */
        PENDING,
        /** The last event of a rollout's run: how it ended, in one line. */
        VERDICT
    }
}
