package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.ReleaseId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a rollout does on one host. Holds all that is needed to do it again after a restart.
 *
 * @param host how it is reached; without variables, which may hold secrets and are not stored
 * @param wave from 1; 0 for a host that was in sync
 * @param place within the wave, from 0
 * @param from the release that the host held when it was planned; empty if it had none or did not answer
 * @param observed what the plan was made from; empty if it must be planned again first
 * @param changes how many paths the plan changes
 * @param reloads units whose reload the plan runs
 * @param number of the last manifest sent for this step; 0 if none was
 * @param attempts how often it was sent
 */
public record HostStep(
        Host host,
        int wave,
        int place,
        Optional<ReleaseId> from,
        ReleaseId to,
        Optional<Digest> observed,
        int changes,
        List<String> reloads,
        long number,
        int attempts,
        StepState state,
        Optional<Instant> startedAt,
        Optional<Instant> endedAt) {

    public HostStep {
        reloads = List.copyOf(reloads);
    }

    public HostName name() {
        return host.name();
    }

    HostStep numbered(long newNumber, Instant at) {
        return new HostStep(
                host,
                wave,
                place,
                from,
                to,
                observed,
                changes,
                reloads,
                newNumber,
                attempts + 1,
                new StepState.Sending(newNumber),
                startedAt.or(() -> Optional.of(at)),
                Optional.empty());
    }

    /** @param replan whether the host may hold something else than what was planned from */
    HostStep in(StepState newState, Instant at, boolean replan) {
        boolean isEnd = !(newState instanceof StepState.Pending);
        return new HostStep(
                host,
                wave,
                place,
                from,
                to,
                replan ? Optional.empty() : observed,
                changes,
                reloads,
                number,
                attempts,
                newState,
                startedAt,
                isEnd ? Optional.of(at) : Optional.empty());
    }

    /** To be begun once more, with all its attempts. */
    HostStep again(Instant at) {
        HostStep pending = in(new StepState.Pending(), at, true);
        return new HostStep(
                host,
                Math.max(1, wave),
                place,
                from,
                to,
                Optional.empty(),
                changes,
                reloads,
                number,
                0,
                pending.state(),
                startedAt,
                Optional.empty());
    }
}
