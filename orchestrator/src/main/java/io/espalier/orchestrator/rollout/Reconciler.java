package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.plan.HostPlan;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.plan.Plans;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that brings the fleet to what its sources ask for. Each pass looks at what is wanted and at what hosts hold, and
 * starts a rollout for the difference; it remembers nothing that matters between two passes, so a lost poke or a restart
 * costs time only. A pass is due after {@link #poke}, after every rollout, and once an interval.
 */
public final class Reconciler implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Reconciler.class);

    private static final Duration RETRY = Duration.ofSeconds(2);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private final Desired desired;
    private final Revisions revisions;
    private final Plans plans;
    private final Rollouts rollouts;
    private final InstantSource clock;
    private final Duration interval;

    /** A host that could not take its release is tried again after 30 s, then less and less often. */
    private final BackOff troubles = new BackOff(Duration.ofSeconds(30), Duration.ofMinutes(10));

    /** Drift that comes back is put right after 5 s, then less and less often: something else wants it so. */
    private final BackOff heals = new BackOff(Duration.ofSeconds(5), Duration.ofMinutes(5));

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition pokedChanged = lock.newCondition();
    private final Condition passed = lock.newCondition();
    private long pokes = 1; // the first pass is due at once
    private long done;
    private Pass last = new Pass.Unknown("not looked yet");
    private Optional<ReleaseSet> wanted = Optional.empty();
    private boolean closed;
    private @Nullable Thread thread;

    public Reconciler(
            Desired desired,
            Revisions revisions,
            Plans plans,
            Rollouts rollouts,
            InstantSource clock,
            Duration interval) {
        this.desired = desired;
        this.revisions = revisions;
        this.plans = plans;
        this.rollouts = rollouts;
        this.clock = clock;
        this.interval = interval;
    }

    /** Begins; the first pass comes at once. To be called after {@link Rollouts#resume()}. */
    public void start() {
        rollouts.whenAtRest(this::atRest);
        thread = Thread.ofVirtual().name("reconciler").start(this::loop);
    }

    /** Has a pass made soon. */
    public void poke() {
        lock.lock();
        try {
            pokes++;
            pokedChanged.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A host can be spoken to again: it is looked at soon, whatever went wrong before. */
    public void catchUp(HostName host) {
        troubles.forget(host);
        rollouts.catchUp(host);
        poke();
    }

    /**
     * Has a pass made that begins after this call, and waits for it.
     *
     * @return how it ended; empty if that took longer than {@code wait}
     */
    public Optional<Pass> pass(Duration wait) throws InterruptedException {
        long nanos = wait.toNanos();
        lock.lock();
        try {
            pokes++;
            long mine = pokes;
            pokedChanged.signalAll();
            while (done < mine && !closed) {
                if (nanos <= 0) {
                    return Optional.empty();
                }
                nanos = passed.awaitNanos(nanos);
            }
            return Optional.of(last);
        } finally {
            lock.unlock();
        }
    }

    /** How the last pass ended. */
    public Pass last() {
        lock.lock();
        try {
            return last;
        } finally {
            lock.unlock();
        }
    }

    /** What the fleet should hold now: the newest good revision. Empty until there was one in this process. */
    public Optional<ReleaseSet> wanted() {
        lock.lock();
        try {
            return wanted;
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        while (true) {
            long due = awaitPoke();
            if (due < 0) {
                return;
            }
            Pass pass;
            try {
                pass = look();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                log.atError().addKeyValue("retryIn", RETRY).setCause(e).log("cannot reconcile");
                pass = new Pass.Failed(String.valueOf(e.getMessage()));
            }
            lock.lock();
            try {
                if (!pass.getClass().equals(last.getClass())) {
                    log.atInfo().addKeyValue("pass", summary(pass)).log("reconciled");
                }
                last = pass;
                done = due;
                passed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** The number of pokes that the pass which is now due answers; below 0 at the end. */
    private long awaitPoke() {
        lock.lock();
        try {
            long nanos = (last instanceof Pass.Failed ? RETRY : interval).toNanos();
            while (pokes == done && !closed && nanos > 0) {
                nanos = pokedChanged.awaitNanos(nanos);
            }
            return closed ? -1 : pokes;
        } catch (InterruptedException e) {
            return -1;
        } finally {
            lock.unlock();
        }
    }

    private Pass look() throws InterruptedException {
        Wish wish = desired.newest();
        Optional<ReleaseSet> target =
                switch (wish) {
                    case Wish.Ready(var releases) -> {
                        revisions.accept(releases);
                        yield Optional.of(releases);
                    }
                    case Wish.Refused(var commit, var problems) -> {
                        Optional<Revisions.Entry> good = revisions.wanted();
                        revisions.reject(good.map(Revisions.Entry::fleet).orElse(""), commit, problems);
                        yield lastGood(good);
                    }
                    case Wish.Unknown _ -> lastGood(revisions.wanted());
                };
        lock.lock();
        try {
            wanted = target;
        } finally {
            lock.unlock();
        }
        Pass pass = target.isPresent() ? bring(target.get()) : new Pass.Unknown("there is no good revision yet");
        return switch (wish) {
            case Wish.Ready _ -> pass;
            case Wish.Refused(var commit, var problems) -> new Pass.Refused(commit, problems);
            case Wish.Unknown(var why) -> target.isPresent() ? pass : new Pass.Unknown(why);
        };
    }

    private Optional<ReleaseSet> lastGood(Optional<Revisions.Entry> entry) {
        if (entry.isEmpty()) {
            return Optional.empty();
        }
        Optional<ReleaseSet> known =
                wanted().filter(set -> Optional.of(set.key()).equals(entry.get().target()));
        return known.isPresent() ? known : desired.at(entry.get().sources());
    }

    private Pass bring(ReleaseSet target) throws InterruptedException {
        String fleet = target.fleet().name();
        Optional<Rollout> active = rollouts.active(fleet);
        boolean isNew = rollouts.newestDeploy(fleet)
                .map(newest -> !newest.target().equals(target.key()))
                .orElse(true);
        if (active.isPresent() && (active.get().target().equals(target.key()) || !isNew)) {
            return new Pass.Rolling(active.get().id());
        }
        Optional<Quarantine.Entry> held = rollouts.quarantine().of(fleet, target.key());
        if (held.isPresent()) {
            return new Pass.Held(held.get());
        }
        Plan plan = plans.plan(target);
        Set<HostName> quarantined = rollouts.quarantine().hosts(fleet, target.key());
        Instant now = clock.instant();
        var behind = new TreeMap<HostName, HostPlan>();
        var drifted = new TreeMap<HostName, HostPlan>();
        plan.hosts().forEach((host, one) -> {
            if (one.isInSync() || quarantined.contains(host)) {
                return;
            }
            if (!one.from().equals(Optional.of(one.to()))) {
                if (troubles.isDue(host, now)) {
                    behind.put(host, one);
                }
            } else if (target.fleet().heal() && heals.isDue(host, now) && troubles.isDue(host, now)) {
                drifted.put(host, one);
            }
        });
        if (behind.isEmpty() && drifted.isEmpty()) {
            return new Pass.Settled(plan);
        }
        StartOptions options = behind.isEmpty() ? StartOptions.HEAL : StartOptions.AUTOMATIC;
        return start(only(plan, behind, drifted), options, plan);
    }

    /** The plan without hosts that are not to be touched now; those in sync stay in it to be recorded. */
    private static Plan only(Plan plan, SortedMap<HostName, HostPlan> behind, SortedMap<HostName, HostPlan> drifted) {
        var hosts = new TreeMap<>(plan.hosts());
        hosts.values().removeIf(host -> !host.isInSync()
                && !behind.containsKey(host.host())
                && !drifted.containsKey(host.host()));
        return new Plan(plan.target(), hosts, plan.unreachable());
    }

    private Pass start(Plan plan, StartOptions options, Plan whole) {
        try {
            return new Pass.Rolling(rollouts.start(plan, Audit.ESPALIER, options));
        } catch (RolloutException e) {
            if (e.reason() == Reason.BUSY || e.reason() == Reason.QUARANTINED) {
                return new Pass.Settled(whole); // a person was faster
            }
            throw e;
        }
    }

    private void atRest(RolloutId id) {
        Rollout rollout = rollouts.find(id);
        Instant now = clock.instant();
        for (HostStep step : rollouts.steps(id)) {
            switch (step.state()) {
                case StepState.Applied _ -> {
                    troubles.forget(step.name());
                    if (rollout.kind() == Manifest.Kind.HEAL) {
                        heals.tried(step.name(), now);
                    }
                }
                case StepState.Waiting(var reason, _) when step.number() > 0 || !isAway(reason) ->
                    troubles.tried(step.name(), now);
                default -> {}
            }
        }
        poke();
    }

    /** A host that was away when it was planned is due as soon as it answers. */
    private static boolean isAway(Reason reason) {
        return switch (reason) {
            case UNREACHABLE, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, AUTH_FAILED, AGENT_DOWN, TIMED_OUT -> true;
            default -> false;
        };
    }

    private static String summary(Pass pass) {
        return switch (pass) {
            case Pass.Settled(var plan) -> "settled on "
                    + plan.target().fleetCommit().revision().abbreviated();
            case Pass.Rolling(var id) -> "rollout " + id;
            case Pass.Held(var entry) -> "quarantined: " + entry.revision();
            case Pass.Refused(var commit, var problems) ->
                "rejected " + commit.revision().abbreviated() + " with " + problems.size() + " problems";
            case Pass.Unknown(var why) -> why;
            case Pass.Failed(var detail) -> detail;
        };
    }

    /** Ends the loop; a pass that is going on is interrupted. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            pokedChanged.signalAll();
            passed.signalAll();
        } finally {
            lock.unlock();
        }
        Thread running = thread;
        if (running != null) {
            running.interrupt();
            try {
                running.join(CLOSE_WITHIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
