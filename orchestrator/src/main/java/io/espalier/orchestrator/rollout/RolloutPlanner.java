package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.RolloutPolicy;
import io.espalier.orchestrator.fleet.Vars;
import io.espalier.orchestrator.plan.Comparison;
import io.espalier.orchestrator.plan.HostPlan;
import io.espalier.orchestrator.plan.Plans.Wanted;
import io.espalier.orchestrator.plan.Unreachable;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Manifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Decides in which order hosts are taken and what comes next. Pure: values in, values out. */
final class RolloutPlanner {

    private RolloutPlanner() {}

    /**
     * The steps of a rollout in the order in which they are taken: tier by tier, in each the canary first and then some at
     * a time, hosts that are unhealthy already before the others. Hosts in sync are in it with wave 0; unreachable ones
     * wait in the last wave of their tier. Same input, same order.
     *
     * @param tierSizes how many hosts each tier has, which percentages are of
     * @param unhealthy hosts that serve nobody now, so that taking them first can do no harm
     */
    static List<HostStep> steps(
            Collection<Wanted> wanted,
            Comparison held,
            Manifest.Kind kind,
            RolloutPolicy policy,
            Map<String, Integer> tierSizes,
            Set<HostName> unhealthy,
            Instant now) {
        var steps = new ArrayList<HostStep>();
        int wave = 0;
        for (String tier : tiersInOrder(wanted, policy)) {
            var toDo = new ArrayList<Wanted>();
            var waiting = new ArrayList<Wanted>();
            wanted.stream()
                    .filter(one -> one.host().tier().equals(tier))
                    .sorted(Comparator.comparing((Wanted one) ->
                                    !unhealthy.contains(one.host().name()))
                            .thenComparing(one -> one.host().name()))
                    .forEach(one -> {
                        HostPlan plan = held.hosts().get(one.host().name());
                        if (plan == null) {
                            waiting.add(one);
                        } else if (plan.isInSync()) {
                            steps.add(step(one, 0, 0, held, now));
                        } else {
                            toDo.add(one);
                        }
                    });
            int at = 0;
            int place = 0;
            int size = tierSizes.getOrDefault(tier, toDo.size());
            while (at < toDo.size()) {
                int atATime = at == 0 && hasCanary(kind, policy)
                        ? policy.canary().of(size)
                        : policy.parallel().of(size);
                wave++;
                int end = Math.min(toDo.size(), at + Math.max(1, atATime));
                for (place = 0; at < end; at++, place++) {
                    steps.add(step(toDo.get(at), wave, place, held, now));
                }
            }
            if (toDo.isEmpty() && !waiting.isEmpty()) {
                wave++;
            }
            for (Wanted one : waiting) {
                steps.add(step(one, wave, place++, held, now));
            }
        }
        return steps;
    }

    /** What is tried on few hosts first is a release that is new; a rollback goes where the hosts have been. */
    private static boolean hasCanary(Manifest.Kind kind, RolloutPolicy policy) {
        return kind == Manifest.Kind.DEPLOY && policy.canary().of(1) > 0;
    }

    private static Set<String> tiersInOrder(Collection<Wanted> wanted, RolloutPolicy policy) {
        var tiers = new LinkedHashSet<>(policy.order());
        wanted.stream().map(one -> one.host().tier()).sorted().forEach(tiers::add);
        return tiers;
    }

    private static HostStep step(Wanted wanted, int wave, int place, Comparison held, Instant now) {
        Host host = wanted.host();
        Optional<HostPlan> plan = Optional.ofNullable(held.hosts().get(host.name()));
        StepState state = plan.<StepState>map(
                        known -> known.isInSync() ? new StepState.InSync() : new StepState.Pending())
                .orElseGet(() -> {
                    Unreachable why = held.unreachable()
                            .getOrDefault(host.name(), new Unreachable(Reason.UNREACHABLE, "not asked"));
                    return new StepState.Waiting(why.reason(), why.detail());
                });
        return new HostStep(
                withoutVars(host),
                wave,
                place,
                plan.flatMap(HostPlan::from),
                plan.map(HostPlan::to).orElseGet(() -> wanted.release().id()),
                plan.map(HostPlan::observed),
                plan.map(known -> known.changes().size()).orElse(0),
                plan.map(HostPlan::reloads).orElse(List.of()),
                0,
                0,
                state,
                Optional.empty(),
                state instanceof StepState.Pending ? Optional.empty() : Optional.of(now));
    }

    /** Of a host for which the target is quarantined. */
    static HostStep leftOut(Wanted wanted, Comparison held, Instant now) {
        HostStep step = step(wanted, 0, 0, held, now);
        return step.state() instanceof StepState.InSync
                ? step
                : step.in(new StepState.Waiting(Reason.QUARANTINED, "the release failed here before"), now, false);
    }

    static Host withoutVars(Host host) {
        return new Host(host.name(), host.ssh(), host.tier(), host.tags(), Vars.NONE);
    }

    /** What a rollout needs next. */
    sealed interface Next {

        /** It is not known whether these hosts took what was sent: ask them. */
        record Settle(List<HostStep> inDoubt) implements Next {}

        record Send(int wave, List<HostStep> hosts) implements Next {}

        /** Nothing before {@code until}. */
        record Soak(int wave, Instant until) implements Next {}

        record End(RolloutState state) implements Next {}

        /** Nothing until somebody says so. */
        record Rest() implements Next {}
    }

    /** What comes next; called again after each thing done, and after a restart with just what was stored. */
    static Next next(Rollout rollout, List<HostStep> steps, Instant now) {
        List<HostStep> inDoubt = steps.stream()
                .filter(step -> step.state() instanceof StepState.Sending)
                .toList();
        if (!inDoubt.isEmpty()) {
            return new Next.Settle(inDoubt);
        }
        if (!rollout.state().isMoving()) {
            return new Next.Rest();
        }
        Optional<RolloutState> stopped = stopped(rollout.policy(), steps);
        if (stopped.isPresent()) {
            return new Next.End(stopped.get());
        }
        List<HostStep> pending = steps.stream()
                .filter(step -> step.state() instanceof StepState.Pending)
                .toList();
        if (pending.isEmpty()) {
            return new Next.End(new RolloutState.Done());
        }
        if (rollout.state() instanceof RolloutState.Soaking(int soaking, Instant until) && now.isBefore(until)) {
            return new Next.Soak(soaking, until);
        }
        int wave = pending.stream().mapToInt(HostStep::wave).min().orElseThrow();
        if (rollout.state() instanceof RolloutState.Running(int running)
                && running < wave
                && soaks(rollout)
                && steps.stream().anyMatch(step -> step.wave() == running && isApplied(step))) {
            return new Next.Soak(running, now.plus(rollout.policy().soak()));
        }
        List<HostStep> hosts =
                pending.stream().filter(step -> step.wave() == wave).toList();
        return new Next.Send(wave, hosts.subList(0, Math.min(hosts.size(), mostAtOnce(rollout, steps, hosts))));
    }

    /** Whether too many hosts failed; the wave in which that happens begins no more either. */
    private static Optional<RolloutState> stopped(RolloutPolicy policy, Collection<HostStep> steps) {
        int failed = failures(steps);
        if (failed <= policy.maxFailures()) {
            return Optional.empty();
        }
        HostStep first = steps.stream()
                .filter(step -> step.state() instanceof StepState.Failed)
                .findFirst()
                .orElseThrow();
        String why = first.state() instanceof StepState.Failed(var reason, var detail)
                ? first.name() + " " + reason.word() + ": " + detail
                : "";
        return Optional.of(new RolloutState.Failed(
                Reason.TOO_MANY_FAILURES, failed == 1 ? why : failed + " hosts failed, first " + why));
    }

    static int failures(Collection<HostStep> steps) {
        return (int) steps.stream()
                .filter(step -> step.state() instanceof StepState.Failed)
                .count();
    }

    /**
     * While no host of a tier has taken the release well, no more are tried at once than the canary has: a canary that
     * could not be reached has proved nothing.
     */
    private static int mostAtOnce(Rollout rollout, List<HostStep> steps, List<HostStep> hosts) {
        if (!hasCanary(rollout.kind(), rollout.policy())) {
            return hosts.size();
        }
        String tier = hosts.getFirst().host().tier();
        List<HostStep> ofTier =
                steps.stream().filter(step -> step.host().tier().equals(tier)).toList();
        return ofTier.stream().anyMatch(RolloutPlanner::isApplied)
                ? hosts.size()
                : Math.max(1, rollout.policy().canary().of(ofTier.size()));
    }

    private static boolean isApplied(HostStep step) {
        return step.state() instanceof StepState.Applied;
    }

    /** Going back does not wait to be admired. */
    private static boolean soaks(Rollout rollout) {
        return rollout.kind() == Manifest.Kind.DEPLOY && rollout.policy().soak().isPositive();
    }
}
