package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.plan.Comparison;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.plan.Plans.Wanted;
import io.espalier.orchestrator.rollout.RolloutEvent.Kind;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * All rollouts: starts them, steers them, tells how they go. One rollout of a fleet runs at a time; a newer one supersedes
 * it. Safe for many threads; no command waits for a host, except that a rollback looks at its hosts first.
 */
public final class Rollouts implements AutoCloseable {

    private final RolloutStore store;
    private final ReleaseStore releases;
    private final Quarantine quarantine;
    private final HostHistory history;
    private final Journal journal;
    private final Audit audit;
    private final Means means;
    private final InstantSource clock;
    private final Runs runs;

    /** Commands come one at a time. */
    private final ReentrantLock steering = new ReentrantLock();

    /** @param database brought to the current schema */
    public Rollouts(
            DataSource database, ReleaseStore releases, Means means, InstantSource clock, RolloutLimits limits) {
        var template = new JdbcTemplate(database);
        JdbcClient jdbc = JdbcClient.create(template);
        this.store = new RolloutStore(database);
        this.releases = releases;
        this.quarantine = new Quarantine(jdbc, clock);
        this.history = new HostHistory(template);
        this.audit = new Audit(jdbc, clock);
        this.means = means;
        this.clock = clock;
        this.journal = new Journal(store, this::remember, template, clock);
        var sender = new HostSender(
                means.links(), means.plans(), means.signer(), means.blobs(), store, journal, clock, limits);
        var runner = new RolloutRunner(store, releases, means, sender, journal, quarantine, clock, limits);
        this.runs = new Runs(runner, journal, limits);
    }

    /** Takes up, after a start, what the last process left. */
    public void resume() {
        store.unfinished().forEach(runs::start);
    }

    /**
     * Carries {@code plan} out.
     *
     * @return the new rollout, or the one that is carrying out the same already
     * @throws RolloutException with {@code quarantined} if it is and nobody wants it all the same, with
     *     {@code host-moved} if the plan is not the one agreed to, with {@code busy} if drift is to be healed while a
     *     rollout runs
     */
    public RolloutId start(Plan plan, String by, StartOptions options) {
        if (options.agreedTo().filter(agreed -> !agreed.equals(plan.digest())).isPresent()) {
            throw new RolloutException(Reason.HOST_MOVED, "the plan is not the one that was shown; look again");
        }
        Fleet fleet = plan.target().fleet();
        Digest target = plan.target().key();
        return steer(() -> {
            Optional<Rollout> active = store.active(fleet.name());
            if (active.isPresent()) {
                if (options.kind() == Manifest.Kind.HEAL) {
                    throw new RolloutException(Reason.BUSY, "rollout " + active.get().id() + " runs");
                }
                if (active.get().target().equals(target) && active.get().kind() == Manifest.Kind.DEPLOY) {
                    return active.get().id();
                }
            }
            Set<HostName> excluded = excluded(plan, options, by);
            var draft = draftOf(plan, by, options, active.isPresent());
            return insert(draft, stepsOf(plan, options.kind(), excluded), plan.target().releases(), active);
        });
    }

    private Set<HostName> excluded(Plan plan, StartOptions options, String by) {
        String fleet = plan.target().fleet().name();
        Digest target = plan.target().key();
        Set<HostName> hosts = quarantine.hosts(fleet, target);
        Optional<Quarantine.Entry> whole = quarantine.of(fleet, target);
        if (options.overQuarantine()) {
            if (whole.isPresent() || !hosts.isEmpty()) {
                quarantine.release(fleet, target, hosts, by);
                audit.record(by, "quarantine.release", "fleet " + fleet, target.abbreviated(), "");
            }
            return Set.of();
        }
        whole.ifPresent(entry -> {
            throw new RolloutException(
                    Reason.QUARANTINED,
                    "revision " + entry.revision() + " is quarantined (" + entry.reason().word() + ": "
                            + entry.detail() + ")");
        });
        return hosts;
    }

    private Rollout draftOf(Plan plan, String by, StartOptions options, boolean hasPredecessor) {
        Fleet fleet = plan.target().fleet();
        boolean waits = options.kind() == Manifest.Kind.DEPLOY && needsApproval(plan);
        RolloutState state = waits
                ? new RolloutState.AwaitingApproval()
                : hasPredecessor ? new RolloutState.Planned() : new RolloutState.Running(0);
        return new Rollout(
                new RolloutId(0),
                fleet.name(),
                options.kind(),
                plan.target().key(),
                plan.digest(),
                plan.target().fleetCommit().revision().id(),
                plan.target().fleetCommit().author(),
                plan.target().fleetCommit().subject(),
                by,
                waits || options.agreedTo().isPresent(),
                fleet.rollout(),
                0,
                state,
                0,
                clock.instant(),
                Optional.empty());
    }

    /** Whether a word of {@code approve:} is the name of the fleet, or the tier or a tag of a host that changes. */
    private static boolean needsApproval(Plan plan) {
        Fleet fleet = plan.target().fleet();
        Set<String> approve = fleet.rollout().approve();
        return approve.contains(fleet.name())
                || plan.hosts().values().stream()
                        .filter(host -> !host.isInSync())
                        .map(host -> fleet.hosts().get(host.host()))
                        .anyMatch(host -> host != null
                                && (approve.contains(host.tier())
                                        || host.tags().stream().anyMatch(approve::contains)));
    }

    private List<HostStep> stepsOf(Plan plan, Manifest.Kind kind, Set<HostName> excluded) {
        Fleet fleet = plan.target().fleet();
        var wanted = new ArrayList<Wanted>();
        var left = new ArrayList<Wanted>();
        var tierSizes = new HashMap<String, Integer>();
        plan.target().releases().forEach((name, release) -> {
            Host host = fleet.hosts().get(name);
            if (host == null) {
                return;
            }
            tierSizes.merge(host.tier(), 1, Integer::sum);
            if (plan.hosts().containsKey(name) || plan.unreachable().containsKey(name)) {
                (excluded.contains(name) ? left : wanted).add(new Wanted(host, release));
            }
        });
        var held = new Comparison(plan.hosts(), plan.unreachable());
        Instant now = clock.instant();
        var steps = new ArrayList<>(RolloutPlanner.steps(
                wanted, held, kind, fleet.rollout(), tierSizes, means.unhealthy().get(), now));
        left.forEach(one -> steps.add(RolloutPlanner.leftOut(one, held, now)));
        return steps;
    }

    /** Stores the rollout, ends the one it supersedes, and lets it run. */
    private RolloutId insert(
            Rollout draft, List<HostStep> steps, Map<HostName, Release> wanted, Optional<Rollout> predecessor) {
        Rollout rollout = store.together(() -> {
            var kept = new HashMap<ReleaseId, Release>();
            steps.stream()
                    .filter(step -> predecessor.isPresent() || !(step.state() instanceof StepState.InSync))
                    .forEach(step -> {
                        Release release = wanted.get(step.name());
                        if (release != null) {
                            kept.put(step.to(), release);
                        }
                    });
            releases.keep(kept);
            Rollout created = store.create(draft, steps);
            predecessor.ifPresent(old -> supersede(old, created));
            audit.record(
                    draft.startedBy(),
                    "rollout.start",
                    "rollout " + created.id(),
                    predecessor.map(old -> "rollout " + old.id()).orElse(""),
                    draft.kind().name().toLowerCase(java.util.Locale.ROOT) + " " + draft.revision() + " to "
                            + kept.size() + " hosts");
            return created;
        });
        predecessor.ifPresent(old -> {
            runs.drain(old.id());
            tellVerdict(old.id());
        });
        tellState(rollout, rollout.state().word());
        if (rollout.state() instanceof RolloutState.AwaitingApproval) {
            tellVerdict(rollout.id());
        }
        runs.start(rollout);
        return rollout.id();
    }

    private void supersede(Rollout old, Rollout by) {
        Rollout now = old;
        while (!store.advance(now, new RolloutState.Superseded(by.id()), clock.instant())) {
            now = store.find(old.id()).orElseThrow();
            if (now.state().isOver()) {
                return;
            }
        }
    }

    /** Begins no more hosts until {@link #resume(RolloutId, String)}; those being sent to come to their end. */
    public void pause(RolloutId id, String by) {
        change(id, by, "rollout.pause", rollout -> switch (rollout.state()) {
            case RolloutState.Planned _, RolloutState.Running _, RolloutState.Soaking _ ->
                Optional.of(new RolloutState.Paused("by " + by));
            default -> Optional.empty();
        });
        runs.stop(id);
        tellVerdict(id);
    }

    public void resume(RolloutId id, String by) {
        change(id, by, "rollout.resume", rollout -> rollout.state() instanceof RolloutState.Paused
                ? Optional.of(hasBegun(id) ? new RolloutState.Running(0) : new RolloutState.Planned())
                : Optional.empty());
        runs.start(find(id));
    }

    private boolean hasBegun(RolloutId id) {
        return store.steps(id).stream().anyMatch(step -> step.number() > 0);
    }

    /** Lets a rollout that waits for a person begin. */
    public void approve(RolloutId id, String by) {
        change(id, by, "rollout.approve", rollout -> rollout.state() instanceof RolloutState.AwaitingApproval
                ? Optional.of(new RolloutState.Planned())
                : Optional.empty());
        runs.start(find(id));
    }

    /** Ends a rollout; its target is quarantined, or the next poll would begin it again. */
    public void abort(RolloutId id, String by) {
        steer(() -> {
            store.together(() -> {
                Rollout rollout = change(id, by, "rollout.abort", now -> now.state().isOver()
                        ? Optional.empty()
                        : Optional.of(new RolloutState.Aborted(by)));
                if (rollout.kind() != Manifest.Kind.ROLLBACK) {
                    quarantine.add(rollout, Optional.empty(), Reason.ABORTED, "aborted by " + by);
                }
            });
            return id;
        });
        runs.drain(id);
        tellVerdict(id);
    }

    /** Begins the hosts that failed or wait once more, and goes on with those that were not begun. */
    public void retry(RolloutId id, String by) {
        steer(() -> {
            Rollout rollout = find(id);
            Optional<Rollout> active = store.active(rollout.fleet());
            if (active.isPresent() && !active.get().id().equals(id)) {
                throw new RolloutException(Reason.BUSY, "rollout " + active.get().id() + " runs");
            }
            if (rollout.state() instanceof RolloutState.Superseded
                    || store.before(Long.MAX_VALUE, 1).stream()
                            .anyMatch(newest -> newest.id().compareTo(id) > 0)) {
                throw new RolloutException(Reason.SUPERSEDED, "rollout " + id + " was followed by another");
            }
            store.together(() -> {
                List<HostStep> again = store.steps(id).stream()
                        .filter(step ->
                                step.state() instanceof StepState.Failed || step.state() instanceof StepState.Waiting)
                        .map(step -> step.again(clock.instant()))
                        .toList();
                change(id, by, "rollout.retry", now -> now.state() instanceof RolloutState.AwaitingApproval
                        ? Optional.empty()
                        : Optional.of(new RolloutState.Running(0)));
                store.update(id, again);
                quarantine.release(
                        rollout.fleet(),
                        rollout.target(),
                        again.stream().map(HostStep::name).collect(Collectors.toSet()),
                        by);
            });
            return id;
        });
        runs.start(find(id));
    }

    /** A host has returned: if the running rollout waits for it, it is begun too. */
    public void catchUp(HostName host) {
        steer(() -> {
            store.latestRollout(host).ifPresent(id -> {
                Rollout rollout = find(id);
                store.steps(id).stream()
                        .filter(step -> step.name().equals(host) && step.wave() > 0)
                        .filter(step -> step.state() instanceof StepState.Waiting && !rollout.state().isOver())
                        .forEach(step -> store.update(id, List.of(step.again(clock.instant()))));
            });
            return host;
        });
    }

    /** Lets a target out of quarantine. */
    public void release(long quarantineId, String by) {
        steer(() -> {
            store.together(() -> {
                Quarantine.Entry entry = quarantine
                        .find(quarantineId)
                        .orElseThrow(() -> new RolloutException(
                                Reason.INVALID_REVISION, "quarantine " + quarantineId + " is unknown"));
                quarantine.release(quarantineId, by);
                audit.record(by, "quarantine.release", "fleet " + entry.fleet(), entry.revision(), "");
            });
            return quarantineId;
        });
    }

    private Rollout change(RolloutId id, String by, String action, Function<Rollout, Optional<RolloutState>> to) {
        return steer(() -> store.together(() -> {
            while (true) {
                Rollout rollout = find(id);
                RolloutState state = to.apply(rollout)
                        .orElseThrow(() -> new RolloutException(
                                Reason.BUSY, "rollout " + id + " is " + rollout.state().word()));
                if (store.advance(rollout, state, clock.instant())) {
                    audit.record(
                            by, action, "rollout " + id, rollout.state().word(), state.word());
                    tellState(rollout, state.word() + " by " + by);
                    return rollout.in(state, rollout.version() + 1);
                }
            }
        }));
    }

    private <T> T steer(Supplier<T> command) {
        steering.lock();
        try {
            return command.get();
        } finally {
            steering.unlock();
        }
    }

    /** In the transaction that stores how steps ended. */
    private void remember(RolloutId id, List<HostStep> ended) {
        List<HostStep> applied = ended.stream()
                .filter(step -> step.state() instanceof StepState.Applied)
                .toList();
        List<HostStep> failed = ended.stream()
                .filter(step -> step.state() instanceof StepState.Failed)
                .toList();
        if (applied.isEmpty() && failed.isEmpty()) {
            return;
        }
        Rollout rollout = find(id);
        history.add(rollout, applied);
        if (rollout.kind() != Manifest.Kind.ROLLBACK) {
            failed.forEach(step -> {
                if (step.state() instanceof StepState.Failed(var reason, var detail)) {
                    quarantine.add(rollout, Optional.of(step.name()), reason, detail);
                }
            });
        }
    }

    private void tellState(Rollout rollout, String text) {
        journal.event(rollout.id(), 0, Optional.empty(), Kind.STATE, "", text, 0);
    }

    private void tellVerdict(RolloutId id) {
        Rollout rollout = find(id);
        String line = Verdicts.line(rollout, store.steps(id), clock.instant());
        journal.event(id, 0, Optional.empty(), Kind.VERDICT, "", line, 0);
    }

    /** @throws RolloutException with {@code invalid-revision} if there is none of this number */
    public Rollout find(RolloutId id) {
        return store.find(id)
                .orElseThrow(() -> new RolloutException(Reason.INVALID_REVISION, "rollout " + id + " is unknown"));
    }

    /** In the order in which they are taken. */
    public List<HostStep> steps(RolloutId id) {
        return store.steps(id);
    }

    /** The newest {@code limit} rollouts below number {@code before}, newest first. */
    public List<Rollout> before(long before, int limit) {
        return store.before(before, limit);
    }

    /** The rollout of {@code fleet} that is not over, if there is one. */
    public Optional<Rollout> active(String fleet) {
        return store.active(fleet);
    }

    public Quarantine quarantine() {
        return quarantine;
    }

    public HostHistory history() {
        return history;
    }

    /** The events of a rollout with an id above {@code after}, in their order, at most {@code limit}. */
    public List<RolloutEvent> events(RolloutId id, long after, int limit) {
        return journal.since(id, after, limit);
    }

    /** The events of a rollout with an id above {@code after}, as they come. */
    public Following follow(RolloutId id, long after) {
        return new Following(journal, id, after);
    }

    @Override
    public void close() {
        runs.close();
        journal.close();
    }
}
