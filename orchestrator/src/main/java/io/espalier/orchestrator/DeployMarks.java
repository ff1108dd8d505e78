package io.espalier.orchestrator;

import io.espalier.metrics.tree.Batch;
import io.espalier.orchestrator.rollout.HostStep;
import io.espalier.orchestrator.rollout.Rollout;
import io.espalier.orchestrator.rollout.RolloutState;
import io.espalier.orchestrator.rollout.StepState;
import io.espalier.orchestrator.rollout.StepWatcher;
import io.espalier.protocol.release.Manifest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Leaves markers in the tree where rollouts touch hosts and tiers, so that every chart shows them: below
 * {@code deploy,host,NAME}, {@code deploy,tier,NAME} and {@code deploy,rollout}. Never waits.
 */
final class DeployMarks implements StepWatcher {

    private static final int MOST_BEGUN = 1_000;
    private static final int REVISION = 8;

    private final Consumer<Batch> tree;
    private final Set<String> begun = new LinkedHashSet<>();

    /** @param tree takes a batch without waiting */
    DeployMarks(Consumer<Batch> tree) {
        this.tree = tree;
    }

    @Override
    public void changed(Rollout rollout, List<HostStep> steps) {
        var batch = new Batch();
        for (HostStep step : steps) {
            String name = name(rollout);
            switch (step.state()) {
                case StepState.Sending _ -> {
                    if (isFirst(rollout.id().toString())) {
                        mark(batch, name + " begins", "deploy", "rollout");
                    }
                    if (isFirst(rollout.id() + " " + step.host().tier())) {
                        mark(
                                batch,
                                name + " begins",
                                "deploy",
                                "tier",
                                step.host().tier());
                    }
                    mark(batch, name + " begins", "deploy", "host", step.name().value());
                }
                case StepState.Applied _ ->
                    mark(batch, name + " done", "deploy", "host", step.name().value());
                case StepState.Failed failed ->
                    mark(
                            batch,
                            name + " failed: " + failed.reason().word(),
                            "deploy",
                            "host",
                            step.name().value());
                case StepState.InSync _, StepState.Pending _, StepState.Waiting _ -> {}
            }
        }
        tree.accept(batch);
    }

    /** A rollout does nothing more by itself: over, or until a person says something. */
    void atRest(Rollout rollout, List<HostStep> steps) {
        String text = name(rollout) + " " + ending(rollout.state());
        var batch = new Batch();
        mark(batch, text, "deploy", "rollout");
        steps.stream()
                .filter(step -> step.startedAt().isPresent())
                .map(step -> step.host().tier())
                .distinct()
                .forEach(tier -> mark(batch, text, "deploy", "tier", tier));
        tree.accept(batch);
    }

    private static String ending(RolloutState state) {
        return switch (state) {
            case RolloutState.Failed failed -> "failed: " + failed.reason().word();
            case RolloutState.RolledBack(var by) -> "rolled back by rollout " + by;
            case RolloutState.Superseded(var by) -> "superseded by rollout " + by;
            default -> state.word();
        };
    }

    private static String name(Rollout rollout) {
        String revision = rollout.revision();
        String kind = rollout.kind() == Manifest.Kind.ROLLBACK
                ? "rollback "
                : rollout.kind() == Manifest.Kind.HEAL ? "healing " : "rollout ";
        return kind + rollout.id() + " (" + revision.substring(0, Math.min(REVISION, revision.length())) + ")";
    }

    private boolean isFirst(String what) {
        synchronized (begun) {
            boolean isNew = begun.add(what);
            if (begun.size() > MOST_BEGUN) {
                begun.remove(begun.iterator().next());
            }
            return isNew;
        }
    }

    private static void mark(Batch batch, String text, String... path) {
        for (String name : path) {
            batch.enter(name);
        }
        batch.text(text);
        for (int i = 0; i < path.length; i++) {
            batch.leave();
        }
    }
}
