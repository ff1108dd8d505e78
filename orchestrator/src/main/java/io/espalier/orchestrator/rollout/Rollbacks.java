package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.RolloutPolicy;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Manifest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Decides which host goes back to which release, and what must not come again by itself after that. */
final class Rollbacks {

    /**
     * A rollback as it is stored before its hosts are looked at.
     *
     * @param leaves the rollouts whose targets are gone back from
     * @param host the only host that it is about; empty for several
     */
    record Draft(Rollout rollout, List<HostStep> steps, List<Rollout> leaves, Optional<HostName> host) {}

    private final RolloutStore store;
    private final HostHistory history;

    Rollbacks(RolloutStore store, HostHistory history) {
        this.store = store;
        this.history = history;
    }

    /** One host, to {@code to} or else to the release it held before, leaving out quarantined ones. */
    Draft ofHost(HostName host, Optional<ReleaseId> to, String by, Instant now) {
        RolloutId newest = store.latestRollout(host).orElseThrow(() -> refused("no rollout has ever touched " + host));
        Rollout last = store.find(newest).orElseThrow();
        HostStep step = store.latestStep(host).orElseThrow();
        Optional<HostHistory.Entry> held = history.of(host, 1).stream().findFirst();
        Optional<Rollout> brought = held.flatMap(entry -> store.find(entry.rollout()));
        ReleaseId back = to.or(() -> history.previous(
                                last.fleet(), host, held.map(HostHistory.Entry::release), brought.map(Rollout::target))
                        .map(HostHistory.Entry::release))
                .orElseThrow(() -> refused("no earlier release of " + host + " is known"));
        List<Rollout> leaves = store.newestDeploy(last.fleet()).stream().toList();
        return draft(last, List.of(backTo(step.host(), back)), leaves, Optional.of(host), by, now);
    }

    /** Every host that took the release of {@code undone}, to what it held before. */
    Draft of(Rollout undone, String by, Instant now) {
        List<HostStep> steps = store.steps(undone.id()).stream()
                .filter(step -> step.state() instanceof StepState.Applied || step.number() > 0)
                .filter(step -> step.from().isPresent() && !step.from().get().equals(step.to()))
                .map(step -> backTo(step.host(), step.from().orElseThrow()))
                .toList();
        if (steps.isEmpty()) {
            throw refused("rollout " + undone.id() + " changed no host that held a release before");
        }
        return draft(undone, steps, List.of(undone), Optional.empty(), by, now);
    }

    /** Every host, to what {@code revision} asked for on it. */
    Draft toRevision(String fleet, String revision, String by, Instant now) {
        Rollout wanted = store.newestOf(fleet, revision)
                .orElseThrow(() -> refused("revision " + revision + " was never rolled out"));
        List<HostStep> steps = store.steps(wanted.id()).stream()
                .map(step -> backTo(step.host(), step.to()))
                .toList();
        List<Rollout> leaves = store.newestDeploy(fleet).stream()
                .filter(newest -> !newest.target().equals(wanted.target()))
                .toList();
        return draft(wanted, steps, leaves, Optional.empty(), by, now);
    }

    private static RolloutException refused(String why) {
        return new RolloutException(Reason.INVALID_REVISION, why);
    }

    private static HostStep backTo(Host host, ReleaseId release) {
        return new HostStep(
                host,
                1,
                0,
                Optional.empty(),
                release,
                Optional.empty(),
                0,
                List.of(),
                0,
                0,
                new StepState.Pending(),
                Optional.empty(),
                Optional.empty());
    }

    /** Goes as many at a time as the policy allows, without canary and soak, and no failing host stops it. */
    private static Draft draft(
            Rollout like, List<HostStep> steps, List<Rollout> leaves, Optional<HostName> host, String by, Instant now) {
        var releases = new StringBuilder("rollback");
        steps.forEach(
                step -> releases.append('\n').append(step.name()).append(' ').append(step.to()));
        Digest target = Digest.of(releases.toString().getBytes(StandardCharsets.UTF_8));
        RolloutPolicy policy = like.policy();
        var rollout = new Rollout(
                new RolloutId(0),
                like.fleet(),
                Manifest.Kind.ROLLBACK,
                target,
                target,
                List.of(),
                like.revision(),
                like.author(),
                host.map(name -> "Roll back " + name).orElse("Roll back " + steps.size() + " hosts"),
                by,
                false,
                new RolloutPolicy(
                        policy.order().reversed(),
                        policy.canary(),
                        policy.parallel(),
                        steps.size(),
                        Duration.ZERO,
                        Set.of(),
                        policy.confirmWithin()),
                0,
                new RolloutState.Planned(),
                0,
                now,
                Optional.empty());
        return new Draft(rollout, steps, leaves, host);
    }
}
