package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.plan.Comparison;
import io.espalier.orchestrator.plan.Plans.Wanted;
import io.espalier.orchestrator.plan.Releases;
import io.espalier.orchestrator.rollout.RolloutEvent.Kind;
import io.espalier.orchestrator.rollout.RolloutPlanner.Next;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Release;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Does what {@link RolloutPlanner#next} says, one thing after another, until there is nothing to do. Keeps nothing in
 * memory between two things, so that a restart is just another turn.
 */
final class RolloutRunner {

    private final RolloutStore store;
    private final Releases releases;
    private final Means means;
    private final HostSender sender;
    private final Journal journal;
    private final Quarantine quarantine;
    private final InstantSource clock;
    private final RolloutLimits limits;
    private final Semaphore permits;

    RolloutRunner(
            RolloutStore store,
            Releases releases,
            Means means,
            HostSender sender,
            Journal journal,
            Quarantine quarantine,
            InstantSource clock,
            RolloutLimits limits) {
        this.store = store;
        this.releases = releases;
        this.means = means;
        this.sender = sender;
        this.journal = journal;
        this.quarantine = quarantine;
        this.clock = clock;
        this.limits = limits;
        this.permits = new Semaphore(limits.parallel());
    }

    /** Returns when the rollout is over, or rests until a person says something, or was stopped. */
    void run(RolloutId id, RunControl control) throws InterruptedException {
        while (!control.isStopped()) {
            Rollout rollout = store.find(id).orElseThrow();
            if (rollout.state() instanceof RolloutState.Planned) {
                begin(rollout);
                continue;
            }
            List<HostStep> steps = store.steps(id);
            switch (RolloutPlanner.next(rollout, steps, clock.instant())) {
                case Next.Settle(var inDoubt) -> settle(rollout, inDoubt, control);
                case Next.Send(var wave, var hosts) -> send(rollout, wave, hosts, steps, control);
                case Next.Soak(var wave, var until) -> soak(rollout, wave, until, control);
                case Next.End(var state) -> {
                    if (end(rollout, state)) {
                        return;
                    }
                }
                case Next.Rest _ -> {
                    return;
                }
            }
        }
    }

    /** Plans again what was planned while another rollout was still changing hosts, or a while ago. */
    private void begin(Rollout rollout) throws InterruptedException {
        List<HostStep> steps = store.steps(rollout.id());
        var wanted = new ArrayList<Wanted>();
        var excluded = new ArrayList<HostStep>();
        for (HostStep step : steps) {
            if (step.state() instanceof StepState.Waiting(var reason, _) && reason == Reason.QUARANTINED) {
                excluded.add(step);
            } else {
                wanted.add(new Wanted(step.host(), release(step.to())));
            }
        }
        Comparison held = means.plans().compare(wanted);
        Map<String, Integer> tierSizes = steps.stream()
                .collect(Collectors.toMap(step -> step.host().tier(), _ -> 1, Integer::sum));
        List<HostStep> anew = new ArrayList<>(RolloutPlanner.steps(
                wanted, held, rollout.kind(), rollout.policy(), tierSizes, means.unhealthy().get(), clock.instant()));
        if (rollout.strict()) {
            anew.replaceAll(step -> asAgreed(step, steps));
        }
        anew.addAll(excluded);
        var begun = new RolloutState.Running(0);
        if (store.replan(rollout, begun, anew, clock.instant())) {
            tellState(rollout, begun, "");
        }
    }

    /** What a person agreed to is done where the host still is as that person saw it. */
    private HostStep asAgreed(HostStep step, List<HostStep> agreed) {
        boolean hasMoved = agreed.stream()
                .anyMatch(old -> old.name().equals(step.name())
                        && old.observed().isPresent()
                        && !old.observed().equals(step.observed()));
        return step.state() instanceof StepState.Pending && hasMoved
                ? step.in(
                        new StepState.Waiting(Reason.HOST_MOVED, "not as it was when the plan was agreed to"),
                        clock.instant(),
                        true)
                : step;
    }

    private Release release(ReleaseId id) {
        return releases.find(id)
                .orElseThrow(() -> new IllegalStateException("release " + id.abbreviated() + " is not stored"));
    }

    private void settle(Rollout rollout, List<HostStep> inDoubt, RunControl control) throws InterruptedException {
        var settling = new LinkedHashMap<HostStep, Callable<HostStep>>();
        inDoubt.forEach(step -> settling.put(step, () -> sender.settle(rollout, step, Optional.empty())));
        atOnce(settling, control, step -> ended(rollout, step));
        journal.flush();
    }

    private void send(Rollout rollout, int wave, List<HostStep> hosts, List<HostStep> all, RunControl control)
            throws InterruptedException {
        var enrolled = new LinkedHashMap<HostStep, Auid>();
        var strangers = new ArrayList<HostStep>();
        for (HostStep step : hosts) {
            means.auids()
                    .of(step.name())
                    .ifPresentOrElse(auid -> enrolled.put(step, auid), () -> strangers.add(stranger(step)));
        }
        strangers.forEach(step -> ended(rollout, step));
        journal.flush();
        if (enrolled.isEmpty()) {
            return;
        }
        Map<ReleaseId, Release> wanted = new HashMap<>();
        enrolled.keySet().forEach(step -> wanted.computeIfAbsent(step.to(), this::release));
        Optional<List<HostStep>> begun = store.begin(rollout, wave, enrolled, clock.instant());
        if (begun.isEmpty()) {
            return; // paused, aborted or superseded meanwhile
        }
        tellWave(rollout, wave, begun.get());
        Map<HostName, Auid> agents = enrolled.entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().name(), Map.Entry::getValue));
        long failedBefore = all.stream()
                .filter(step -> step.state() instanceof StepState.Failed)
                .count();
        var failed = new AtomicInteger((int) failedBefore);
        var sending = new LinkedHashMap<HostStep, Callable<HostStep>>();
        for (HostStep step : begun.get()) {
            Auid auid = agents.get(step.name());
            Release release = wanted.get(step.to());
            if (auid != null && release != null) {
                sending.put(
                        step,
                        () -> sender.send(
                                rollout,
                                step,
                                auid,
                                release,
                                () -> control.isStopped() || failed.get() > rollout.policy().maxFailures()));
            }
        }
        atOnce(sending, control, step -> {
            if (step.state() instanceof StepState.Failed) {
                failed.incrementAndGet();
            }
            ended(rollout, step);
        });
        journal.flush();
    }

    private HostStep stranger(HostStep step) {
        return step.in(
                new StepState.Waiting(Reason.NOT_ENROLLED, "no agent is registered for it"), clock.instant(), false);
    }

    /** Runs all, some at a time, each for a limited time; a host that hangs is left behind as waiting. */
    private void atOnce(Map<HostStep, Callable<HostStep>> work, RunControl control, Consumer<HostStep> onEnd)
            throws InterruptedException {
        var running = new LinkedHashMap<HostStep, FutureTask<Boolean>>();
        work.forEach((step, callable) -> running.put(step, new FutureTask<>(() -> {
            permits.acquire();
            try {
                onEnd.accept(within(step, callable, control));
                return true;
            } finally {
                permits.release();
            }
        })));
        running.forEach((step, task) ->
                Thread.ofVirtual().name("rollout-" + step.name()).start(task));
        Throwable trouble = null;
        for (FutureTask<Boolean> task : running.values()) {
            try {
                task.get();
            } catch (ExecutionException e) {
                trouble = e.getCause();
            }
        }
        switch (trouble) {
            case null -> {}
            case Error error -> throw error;
            case RuntimeException unexpected -> throw unexpected;
            default -> throw new IllegalStateException(trouble);
        }
    }

    private HostStep within(HostStep step, Callable<HostStep> callable, RunControl control)
            throws InterruptedException, ExecutionException {
        var task = new FutureTask<>(callable);
        Thread.ofVirtual().name("host-" + step.name()).start(task);
        try (var _ = control.cutOffBy(() -> task.cancel(true))) {
            return task.get(limits.step().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            return step.in(
                    new StepState.Waiting(
                            Reason.TIMED_OUT, "no end within " + limits.step().toSeconds() + " s"),
                    clock.instant(),
                    true);
        } catch (CancellationException e) {
            return step.in(
                    new StepState.Waiting(Reason.SUPERSEDED, "cut off for a newer rollout"), clock.instant(), true);
        }
    }

    private void ended(Rollout rollout, HostStep step) {
        switch (step.state()) {
            case StepState.Applied(var changed, var took) ->
                journal.ended(rollout, step, Kind.APPLIED, "", changed + " changed", took);
            case StepState.Failed(var reason, var detail) ->
                journal.ended(rollout, step, Kind.FAILED, reason.word(), detail, 0);
            case StepState.Waiting(var reason, var detail) ->
                journal.ended(rollout, step, Kind.WAITING, reason.word(), detail, 0);
            case StepState.Pending _ -> journal.ended(rollout, step, Kind.PENDING, "", "not sent", 0);
            case StepState.InSync _, StepState.Sending _ ->
                throw new IllegalStateException("step of " + step.name() + " ended as " + step.state().word());
        }
    }

    private void soak(Rollout rollout, int wave, Instant until, RunControl control) throws InterruptedException {
        if (!(rollout.state() instanceof RolloutState.Soaking)) {
            var soaking = new RolloutState.Soaking(wave, until);
            if (store.advance(rollout, soaking, clock.instant())) {
                tellState(rollout, soaking, "until " + until);
            }
            return;
        }
        while (!control.isStopped() && clock.instant().isBefore(until)) {
            control.await(Duration.between(clock.instant(), until));
        }
    }

    private boolean end(Rollout rollout, RolloutState state) {
        boolean isMine = store.together(() -> {
            if (!store.advance(rollout, state, clock.instant())) {
                return false;
            }
            if (state instanceof RolloutState.Failed(var reason, var detail)) {
                quarantine.add(rollout, Optional.empty(), reason, detail);
            }
            return true;
        });
        if (isMine) {
            tellState(rollout, state, "");
            tellVerdict(rollout.in(state, rollout.version() + 1));
        }
        return isMine;
    }

    private void tellWave(Rollout rollout, int wave, List<HostStep> hosts) {
        String names = hosts.stream().map(step -> step.name().value()).collect(Collectors.joining(" "));
        journal.event(rollout.id(), wave, Optional.empty(), Kind.WAVE, "", names, 0);
    }

    private void tellState(Rollout rollout, RolloutState state, String detail) {
        String text = detail.isEmpty() ? state.word() : state.word() + " " + detail;
        journal.event(rollout.id(), 0, Optional.empty(), Kind.STATE, "", text, 0);
    }

    private void tellVerdict(Rollout rollout) {
        String line = Verdicts.line(rollout, store.steps(rollout.id()), clock.instant());
        journal.event(rollout.id(), 0, Optional.empty(), Kind.VERDICT, "", line, 0);
        journal.flush();
    }
}
