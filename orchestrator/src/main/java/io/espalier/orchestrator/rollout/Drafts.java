package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.plan.Comparison;
import io.espalier.orchestrator.plan.HostPlan;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.plan.Plans.Wanted;
import io.espalier.orchestrator.plan.Releases;
import io.espalier.orchestrator.release.Shrinkage;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Makes of a plan a rollout as it is first stored. Pure. */
final class Drafts {

    private Drafts() {}

    /**
     * @param hasPredecessor whether another rollout may still be changing hosts, so that it must be planned again
     * @param approval why a person must agree first; empty if none need
     */
    static Rollout rollout(
            Plan plan,
            String by,
            StartOptions options,
            boolean hasPredecessor,
            Optional<String> approval,
            Instant now) {
        Fleet fleet = plan.target().fleet();
        RolloutState state = approval.<RolloutState>map(RolloutState.AwaitingApproval::new)
                .orElseGet(() -> hasPredecessor ? new RolloutState.Planned() : new RolloutState.Running(0));
        return new Rollout(
                new RolloutId(0),
                fleet.name(),
                options.kind(),
                plan.target().key(),
                plan.digest(),
                List.copyOf(plan.target().units()),
                plan.target().fleetCommit().revision().id(),
                plan.target().fleetCommit().author(),
                plan.target().isPartial()
                        ? "Only " + String.join(", ", plan.target().units()) + ": "
                                + plan.target().fleetCommit().subject()
                        : plan.target().fleetCommit().subject(),
                by,
                // A release made of what a host held is for none that holds another one meanwhile
                approval.isPresent()
                        || options.agreedTo().isPresent()
                        || plan.target().isPartial(),
                fleet.rollout(),
                0,
                state,
                0,
                now,
                Optional.empty());
    }

    /** Why a person must agree to {@code plan} before it is carried out; empty if none need. */
    static Optional<String> approval(Plan plan, Releases held) {
        return byPolicy(plan).or(() -> shrunk(plan, held));
    }

    /** A word of {@code approve:} may be the name of the fleet, or the tier or a tag of a host that changes. */
    private static Optional<String> byPolicy(Plan plan) {
        Fleet fleet = plan.target().fleet();
        Set<String> approve = fleet.rollout().approve();
        if (approve.contains(fleet.name())) {
            return Optional.of("the policy asks for it (approve: " + fleet.name() + ")");
        }
        return changing(plan)
                .map(host -> fleet.hosts().get(host.host()))
                .filter(host -> host != null)
                .flatMap(host -> Stream.concat(Stream.of(host.tier()), host.tags().stream()))
                .filter(approve::contains)
                .findFirst()
                .map(word -> "the policy asks for it (approve: " + word + ")");
    }

    private static Stream<HostPlan> changing(Plan plan) {
        return plan.hosts().values().stream().filter(host -> !host.isInSync());
    }

    /** A release that lost most of its files is more likely a slip than meant. */
    private static Optional<String> shrunk(Plan plan, Releases held) {
        return changing(plan)
                .flatMap(host -> {
                    Release next = plan.target().releases().get(host.host());
                    return next == null
                            ? Stream.empty()
                            : host
                                    .from()
                                    .filter(from -> !from.equals(host.to()))
                                    .flatMap(held::find)
                                    .flatMap(previous -> Shrinkage.check(previous, next))
                                    .map(why -> Reason.RENDER_SHRUNK.word() + ": " + host.host() + ": " + why)
                                    .stream();
                })
                .findFirst();
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
        var steps =
                new ArrayList<>(RolloutPlanner.steps(wanted, held, kind, fleet.rollout(), tierSizes, unhealthy, now));
        leftOut.forEach(one -> steps.add(RolloutPlanner.leftOut(one, held, now)));
        return steps;
    }
}
