package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.plan.Comparison;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.plan.Plans.Wanted;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.Manifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes of a plan a rollout as it is first stored. Pure. */
final class Drafts {

    private Drafts() {}

    /** @param hasPredecessor whether another rollout may still be changing hosts, so that it must be planned again */
    static Rollout rollout(Plan plan, String by, StartOptions options, boolean hasPredecessor, Instant now) {
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
                now,
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

    /** @param excluded hosts for which the target is quarantined */
    static List<HostStep> steps(
            Plan plan, Manifest.Kind kind, Set<HostName> excluded, Set<HostName> unhealthy, Instant now) {
        Fleet fleet = plan.target().fleet();
        var wanted = new ArrayList<Wanted>();
        var leftOut = new ArrayList<Wanted>();
        var tierSizes = new HashMap<String, Integer>();
        plan.target().releases().forEach((name, release) -> {
            Host host = fleet.hosts().get(name);
            if (host == null) {
                return;
            }
            tierSizes.merge(host.tier(), 1, Integer::sum);
            if (plan.hosts().containsKey(name) || plan.unreachable().containsKey(name)) {
                (excluded.contains(name) ? leftOut : wanted).add(new Wanted(host, release));
            }
        });
        var held = new Comparison(plan.hosts(), plan.unreachable());
        var steps = new ArrayList<>(
                RolloutPlanner.steps(wanted, held, kind, fleet.rollout(), tierSizes, unhealthy, now));
        leftOut.forEach(one -> steps.add(RolloutPlanner.leftOut(one, held, now)));
        return steps;
    }
}
