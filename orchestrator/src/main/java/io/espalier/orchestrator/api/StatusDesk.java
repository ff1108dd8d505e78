package io.espalier.orchestrator.api;

import io.espalier.orchestrator.plan.PlanText;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.rollout.Pass;
import io.espalier.orchestrator.rollout.Reconciler;
import io.espalier.orchestrator.rollout.Rollout;
import io.espalier.orchestrator.rollout.RolloutState;
import io.espalier.orchestrator.rollout.Rollouts;
import io.espalier.protocol.api.FleetStatus;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The fleet in one line. */
@Component
public final class StatusDesk {

    private final Hosts hosts;
    private final Reconciler reconciler;
    private final Rollouts rollouts;

    StatusDesk(Hosts hosts, Reconciler reconciler, Rollouts rollouts) {
        this.hosts = hosts;
        this.reconciler = reconciler;
        this.rollouts = rollouts;
    }

    public FleetStatus status() {
        Optional<ReleaseSet> wanted = reconciler.wanted();
        String fleet = wanted.map(set -> set.fleet().name()).orElse("");
        Map<String, Integer> counts = hosts.counts();
        Optional<Rollout> active = fleet.isEmpty() ? Optional.empty() : rollouts.active(fleet);
        Judgement judgement = judge(reconciler.last(), active, counts);
        return new FleetStatus(
                fleet,
                judgement.state(),
                wanted.map(set -> set.fleetCommit().revision().id()).orElse(null),
                counts,
                active.map(rollout -> rollout.id().value()).orElse(null),
                judgement.detail(),
                version());
    }

    /** The name of the fleet that is wanted now; empty before the first good revision. */
    public String fleet() {
        return reconciler.wanted().map(set -> set.fleet().name()).orElse("");
    }

    private record Judgement(String state, @Nullable String detail) {}

    private static Judgement judge(Pass pass, Optional<Rollout> active, Map<String, Integer> counts) {
        if (active.isPresent()) {
            RolloutState state = active.get().state();
            return switch (state) {
                case RolloutState.Paused(var why) ->
                    new Judgement("stalled", "rollout " + active.get().id() + " is paused: " + why);
                case RolloutState.AwaitingApproval _ ->
                    new Judgement("stalled", "rollout " + active.get().id() + " waits for approval");
                default -> new Judgement("rolling-out", null);
            };
        }
        return switch (pass) {
            case Pass.Refused(var commit, var problems) ->
                new Judgement(
                        "stalled",
                        "revision " + commit.revision().abbreviated() + " is rejected: " + problems.getFirst());
            case Pass.Held(var entry) ->
                new Judgement(
                        "stalled",
                        "revision "
                                + entry.revision()
                                        .substring(
                                                0, Math.min(8, entry.revision().length())) + " is quarantined, "
                                + entry.reason().word() + ": " + entry.detail());
            case Pass.Failed(var detail) -> new Judgement("stalled", detail);
            case Pass.Unknown(var why) -> new Judgement("unknown", why);
            case Pass.Rolling _ -> new Judgement("rolling-out", null);
            case Pass.Settled(var plan) -> settled(counts, PlanText.summary(plan));
        };
    }

    private static Judgement settled(Map<String, Integer> counts, String summary) {
        if (counts.containsKey("failed") || counts.containsKey("quarantined")) {
            return new Judgement("stalled", summary);
        }
        if (counts.containsKey("drifted")) {
            return new Judgement("drifted", counts.get("drifted") + " drifted");
        }
        Integer unreachable = counts.get("unreachable");
        if (unreachable != null && !counts.containsKey("in-sync")) {
            return new Judgement("stalled", "no host can be reached");
        }
        return new Judgement("in-sync", unreachable == null ? null : unreachable + " unreachable");
    }

    private static String version() {
        String version = StatusDesk.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
