package io.espalier.orchestrator.rollout;

import io.espalier.protocol.release.Manifest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How a rollout ended, in one line for people: {@code done: 3 hosts applied in 0.4 s}. */
final class Verdicts {

    private Verdicts() {}

    static String line(Rollout rollout, List<HostStep> steps, Instant now) {
        return switch (rollout.state()) {
            case RolloutState.Done _ -> "done: " + counts(steps) + " in " + seconds(rollout, now);
            case RolloutState.Failed failed ->
                "FAILED: " + failed.detail() + "; " + counts(steps)
                        + (rollout.kind() == Manifest.Kind.ROLLBACK ? "" : "; quarantined until a newer commit");
            case RolloutState.Aborted(var by) -> "aborted by " + by + ": " + counts(steps);
            case RolloutState.Superseded(var by) -> "superseded by rollout " + by + ": " + counts(steps);
            case RolloutState.RolledBack(var by) -> "rolled back by rollout " + by;
            case RolloutState.Paused(var why) -> "paused: " + why;
            case RolloutState.AwaitingApproval(var why) -> "waits for approval: " + why;
            case RolloutState.Planned _, RolloutState.Running _, RolloutState.Soaking _ ->
                rollout.state().word();
        };
    }

    private static String counts(List<HostStep> steps) {
        long applied = count(steps, StepState.Applied.class);
        var parts = new ArrayList<String>();
        parts.add(applied + (applied == 1 ? " host applied" : " hosts applied"));
        add(parts, count(steps, StepState.Failed.class), "failed");
        add(parts, count(steps, StepState.Waiting.class), "waiting");
        add(parts, count(steps, StepState.Pending.class), "not begun");
        add(parts, count(steps, StepState.InSync.class), "in sync before");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, long count, String what) {
        if (count > 0) {
            parts.add(count + " " + what);
        }
    }

    private static long count(List<HostStep> steps, Class<? extends StepState> state) {
        return steps.stream().filter(step -> state.isInstance(step.state())).count();
    }

    private static String seconds(Rollout rollout, Instant now) {
        Duration took = Duration.between(rollout.createdAt(), rollout.endedAt().orElse(now));
        return String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0);
    }
}
