package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.plan.PlanText;
import io.espalier.orchestrator.plan.Plans;
import io.espalier.orchestrator.release.Built;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Finding;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceAdvanced;
import io.espalier.orchestrator.source.SourceListener;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.hosting.PushCheck;
import io.espalier.orchestrator.source.hosting.PushFollower;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where sources meet rollouts: refuses a push that cannot be rolled out, wakes the reconciler for one that can, and tells
 * the pusher how it goes.
 */
public final class Pushes implements PushCheck, PushFollower, SourceListener {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Builds builds;
    private final Plans plans;
    private final PlanText text;
    private final Rollouts rollouts;
    private final Reconciler reconciler;

    public Pushes(Builds builds, Plans plans, PlanText text, Rollouts rollouts, Reconciler reconciler) {
        this.builds = builds;
        this.plans = plans;
        this.text = text;
        this.rollouts = rollouts;
        this.reconciler = reconciler;
    }

    @Override
    public List<Finding> check(SourceName source, Snapshot candidate) {
        return builds.candidate(source, candidate)
                .map(built -> switch (built) {
                    case Built.Ready(var releases) -> releases.warnings();
                    case Built.Refused(var problems) -> problems;
                })
                .orElse(List.of())
                .stream()
                .map(Pushes::finding)
                .toList();
    }

    private static Finding finding(Problem problem) {
        return problem.isError() ? Finding.error(problem.toString()) : Finding.warning(problem.toString());
    }

    @Override
    public void advanced(SourceAdvanced event) {
        builds.advanced(event.source(), event.commit().revision());
        reconciler.poke();
    }

    @Override
    public void plan(SourceName source, Snapshot candidate, Consumer<String> lines) {
        Optional<Built> built = builds.candidate(source, candidate);
        if (built.isEmpty()) {
            lines.accept("the fleet does not use source " + source);
            return;
        }
        switch (built.get()) {
            case Built.Refused(var problems) -> problems.forEach(problem -> lines.accept(problem.toString()));
            case Built.Ready(var releases) -> {
                try {
                    text.write(plans.plan(releases), lines);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Override
    public void follow(SourceName source, Commit commit, Consumer<String> lines) {
        try {
            Optional<Pass> pass = reconciler.pass(PATIENCE);
            if (pass.isEmpty()) {
                lines.accept("still planning; the rollout goes on without you");
                return;
            }
            tell(pass.get(), lines);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(Pass pass, Consumer<String> lines) throws InterruptedException {
        switch (pass) {
            case Pass.Settled(Plan plan) -> lines.accept("done: " + PlanText.summary(plan));
            case Pass.Rolling(var id) -> rollouts.follow(id, lines);
            case Pass.Held(var entry) ->
                lines.accept("QUARANTINED: " + entry.revision() + " " + entry.reason().word() + ": "
                        + entry.detail());
            case Pass.Refused(var commit, var problems) -> {
                problems.forEach(problem -> lines.accept(problem.toString()));
                lines.accept("REFUSED: " + commit.revision().abbreviated()
                        + " is not rolled out; the fleet stays on its last good revision");
            }
            case Pass.Unknown(var why) -> lines.accept("not rolled out yet: " + why);
            case Pass.Failed(var detail) -> lines.accept("not rolled out yet, tried again: " + detail);
        }
    }
}
