package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.plan.Comparison;
import io.espalier.orchestrator.plan.Plans.Wanted;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Does what {@link RolloutPlanner#next} says, one thing after another, until there is nothing to do. Keeps nothing in
 * memory between two things, so that a restart is just another turn.
 */
final class RolloutRunner {

    private final RolloutStore store;
    private final Means means;
    private final HostSender sender;
    private final HostThreads threads;
    private final Journal journal;
    private final Quarantine quarantine;
    private final InstantSource clock;

    RolloutRunner(
            RolloutStore store,
            Means means,
            HostSender sender,
            HostThreads threads,
            Journal journal,
            Quarantine quarantine,
            InstantSource clock) {
        this.store = store;
        this.means = means;
        this.sender = sender;
        this.threads = threads;
        this.journal = journal;
        this.quarantine = quarantine;
        this.clock = clock;
    }

    /** Returns when the rollout is over, or rests until a person says something, or was stopped. */
    void run(RolloutId id, RunControl control) throws InterruptedException {
        while (!control.isStopped()) {
            Rollout rollout = store.find(id).orElseThrow();
            List<HostStep> steps = store.steps(id);
            if (rollout.state() instanceof RolloutState.Planned) {
                planAnew(rollout, steps);
                continue;
            }
            switch (RolloutPlanner.next(rollout, steps, clock.instant())) {
                case Next.Settle(var inDoubt) -> settle(rollout, inDoubt, control);
                case Next.Send(var wave, var hosts) -> send(rollout, wave, hosts, steps, control);
                case Next.Soak(var wave, var until) -> soak(rollout, wave, until, control);
                case Next.End(var state) -> end(rollout, state);
                case Next.Rest _ -> {
                    return;
                }
            }
        }
    }

    /** Plans again what was planned while another rollout was still changing hosts, or a while ago. */
    private void planAnew(Rollout rollout, List<HostStep> steps) throws InterruptedException {
        var wanted = new ArrayList<Wanted>();
        var leftOut = new ArrayList<HostStep>();
        for (HostStep step : steps) {
            Optional<Release> release =
                    isQuarantined(step) ? Optional.empty() : means.releases().find(step.to());
            release.ifPresentOrElse(
                    known -> wanted.add(new Wanted(step.host(), known)),
                    () -> leftOut.add(isQuarantined(step) ? step : unknown(step)));
        }
        Comparison held = means.plans().compare(wanted);
        Map<String, Integer> tierSizes =
                steps.stream().collect(Collectors.toMap(step -> step.host().tier(), _ -> 1, Integer::sum));
        List<HostStep> anew = RolloutPlanner.steps(
                wanted,
                held,
                rollout.kind(),
                rollout.policy(),
                tierSizes,
                means.unhealthy().get(),
                clock.instant());
        List<HostStep> all = new ArrayList<>(anew);
        if (rollout.strict()) {
            all.replaceAll(step -> asAgreed(step, steps));
        }
        all.addAll(leftOut);
        var running = new RolloutState.Running(0);
        journal.writing(() -> store.together(() -> {
            boolean isMine = store.replan(rollout, running, all, clock.instant());
            if (isMine) {
                journal.write(rollout.id(), Kind.STATE, running.word());
                journal.writeWaiting(rollout.id(), all);
            }
            return isMine;
        }));
    }

    private static boolean isQuarantined(HostStep step) {
        return step.state().waitsFor().equals(Optional.of(Reason.QUARANTINED));
    }

    /** What a person agreed to is done where the host still is as that person saw it. */
    private HostStep asAgreed(HostStep step, List<HostStep> agreed) {
        boolean hasMoved = agreed.stream()
                .anyMatch(old -> old.name().equals(step.name())
                        && old.observed().isPresent()
                        && !old.observed().equals(step.observed()));
        return step.state() instanceof StepState.Pending && hasMoved
                ? waiting(step, Reason.HOST_MOVED, "not as it was when the plan was agreed to")
                : step;
    }

    private HostStep waiting(HostStep step, Reason reason, String detail) {
        return step.in(new StepState.Waiting(reason, detail), clock.instant(), true);
    }

    private HostStep unknown(HostStep step) {
        return waiting(step, Reason.BLOB_MISMATCH, "release " + step.to().abbreviated() + " is not stored any more");
    }

    private void settle(Rollout rollout, List<HostStep> inDoubt, RunControl control) throws InterruptedException {
        var settling = new LinkedHashMap<HostStep, Callable<HostStep>>();
        inDoubt.forEach(step -> settling.put(step, () -> sender.settle(rollout, step, Optional.empty())));
        threads.run(settling, control, step -> ended(rollout, step));
        journal.flush();
    }

    private void send(Rollout rollout, int wave, List<HostStep> hosts, List<HostStep> all, RunControl control)
            throws InterruptedException {
        var agents = new LinkedHashMap<HostStep, Auid>();
        var wanted = new HashMap<ReleaseId, Release>();
        for (HostStep step : hosts) {
            Optional<Auid> auid = means.auids().of(step.name());
            Optional<Release> release = Optional.ofNullable(wanted.get(step.to()))
                    .or(() -> means.releases().find(step.to()));
            if (auid.isEmpty()) {
                ended(rollout, waiting(step, Reason.NOT_ENROLLED, "no agent is enrolled for it"));
            } else if (release.isEmpty()) {
                ended(rollout, unknown(step));
            } else {
                agents.put(step, auid.get());
                wanted.put(step.to(), release.get());
            }
        }
        journal.flush();
        Optional<List<HostStep>> begun =
                agents.isEmpty() ? Optional.empty() : store.begin(rollout, wave, agents, clock.instant());
        if (begun.isEmpty()) {
            return; // nobody is left, or it was paused, aborted or superseded meanwhile
        }
        tellWave(rollout, wave, begun.get());
        var agentOf = new HashMap<HostName, Auid>();
        agents.forEach((step, auid) -> agentOf.put(step.name(), auid));
        var failed = new AtomicInteger(RolloutPlanner.failures(all));
        var sending = new LinkedHashMap<HostStep, Callable<HostStep>>();
        for (HostStep step : begun.get()) {
            Auid auid = agentOf.get(step.name());
            Release release = wanted.get(step.to());
            if (auid != null && release != null) {
                sending.put(
                        step,
                        () -> sender.send(
                                rollout,
                                step,
                                auid,
                                release,
                                () -> control.isStopped()
                                        || failed.get() > rollout.policy().maxFailures()));
            }
        }
        threads.run(sending, control, step -> {
            if (step.state() instanceof StepState.Failed) {
                failed.incrementAndGet();
            }
            ended(rollout, step);
        });
        journal.flush();
    }

    private void ended(Rollout rollout, HostStep step) {
        switch (step.state()) {
            case StepState.Applied(var changed, var took) ->
                journal.ended(rollout, step, Kind.APPLIED, "", changed + " changed", took);
            case StepState.Failed(var reason, var detail) ->
                journal.ended(rollout, step, Kind.FAILED, reason.word(), detail, 0);
            case StepState.Waiting(var reason, var detail) ->
                journal.ended(rollout, step, Kind.WAITING, reason.word(), detail, 0);
            case StepState.Pending _ -> journal.ended(rollout, step, Kind.PENDING, "", "to be sent later", 0);
            case StepState.InSync _, StepState.Sending _ ->
                throw new IllegalStateException(
                        "step of " + step.name() + " ended as " + step.state().word());
        }
    }

    private void soak(Rollout rollout, int wave, Instant until, RunControl control) throws InterruptedException {
        if (rollout.state() instanceof RolloutState.Soaking) {
            while (!control.isStopped() && clock.instant().isBefore(until)) {
                control.await(Duration.between(clock.instant(), until));
            }
            return;
        }
        var soaking = new RolloutState.Soaking(wave, until);
        if (store.advance(rollout, soaking, clock.instant())) {
            tellState(rollout, soaking);
        }
    }

    private void end(Rollout rollout, RolloutState state) {
        journal.flush();
        journal.writing(() -> store.together(() -> {
            if (!store.advance(rollout, state, clock.instant())) {
                return false;
            }
            if (state instanceof RolloutState.Failed(var reason, var detail)) {
                quarantine.add(rollout, Optional.empty(), reason, detail);
            }
            Rollout ended = rollout.in(state, rollout.version());
            journal.write(rollout.id(), Kind.STATE, state.word());
            journal.write(rollout.id(), Kind.VERDICT, Verdicts.line(ended, store.steps(rollout.id()), clock.instant()));
            return true;
        }));
    }

    private void tellWave(Rollout rollout, int wave, List<HostStep> hosts) {
        String names = hosts.stream().map(step -> step.name().value()).collect(Collectors.joining(" "));
        journal.begun(rollout, wave, hosts, names);
    }

    private void tellState(Rollout rollout, RolloutState state) {
        journal.event(rollout.id(), 0, Optional.empty(), Kind.STATE, "", state.word(), 0);
    }
}
