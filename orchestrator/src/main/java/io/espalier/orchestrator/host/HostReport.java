package io.espalier.orchestrator.host;

import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.wire.Facts;
import io.espalier.protocol.wire.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What an agent last said of its host.
 *
 * @param release that it holds; empty if it never had one
 * @param number of the last manifest that it took; 0 if none
 * @param awaitingConfirm whether that manifest goes back by itself unless confirmed
 * @param drifted how many paths differ from the release
 * @param clockSkew its clock minus ours
 * @param startedAt of the agent, by the host's clock
 */
public record HostReport(
        Optional<ReleaseId> release,
        long number,
        boolean awaitingConfirm,
        int drifted,
        Duration clockSkew,
        Instant startedAt,
        Facts facts) {

    /** @param now when it was said, by our clock */
    static HostReport of(Message.Status status, Instant now) {
        return new HostReport(
                status.current(),
                status.number(),
                status.awaitingConfirm(),
                status.drifted(),
                Duration.between(now, status.clock()),
                status.startedAt(),
                status.facts());
    }

    /** Whether this says the same, but for a clock that runs on. */
    boolean isLike(HostReport other) {
        return release.equals(other.release)
                && number == other.number
                && awaitingConfirm == other.awaitingConfirm
                && drifted == other.drifted
                && startedAt.equals(other.startedAt)
                && facts.equals(other.facts)
                && clockSkew.minus(other.clockSkew).abs().compareTo(Duration.ofSeconds(30)) < 0;
    }
}
