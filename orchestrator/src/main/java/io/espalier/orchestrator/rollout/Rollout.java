package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.RolloutPolicy;
import io.espalier.protocol.Digest;
import io.espalier.protocol.release.Manifest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One rollout, without its hosts.
 *
 * @param fleet its name; one rollout of a fleet runs at a time
 * @param target {@link io.espalier.orchestrator.release.ReleaseSet#key()} of what is rolled out; for a rollback a digest
 *     over the releases gone back to
 * @param plan the digest of the plan that was shown
 * @param units the only ones that it brings, where the rest of each host stays; empty: whole releases
 * @param revision of the fleet source
 * @param startedBy a user, or {@code espalier}
 * @param strict whether a host that holds something else than the plan shows is left alone, because a person agreed to
 *     just that plan; otherwise it is planned again
 * @param waves how many
 * @param version grows with every change of state; what compare-and-set compares
 */
public record Rollout(
        RolloutId id,
        String fleet,
        Manifest.Kind kind,
        Digest target,
        Digest plan,
        List<String> units,
        String revision,
        String author,
        String subject,
        String startedBy,
        boolean strict,
        RolloutPolicy policy,
        int waves,
        RolloutState state,
        int version,
        Instant createdAt,
        Optional<Instant> endedAt) {

    public Rollout {
        units = List.copyOf(units);
    }

    Rollout in(RolloutState newState, int newVersion) {
        return new Rollout(
                id,
                fleet,
                kind,
                target,
                plan,
                units,
                revision,
                author,
                subject,
                startedBy,
                strict,
                policy,
                waves,
                newState,
                newVersion,
                createdAt,
                endedAt);
    }
}
