package io.espalier.orchestrator.rollout;

import io.espalier.protocol.Reason;
import java.time.Instant;

/** Where a rollout is. */
public sealed interface RolloutState {

    /** Stored; the rollout that it supersedes may still be ending its host steps. */
    record Planned() implements RolloutState {}

    /** Waits for a person to agree, because the policy or common sense wants that. */
    record AwaitingApproval(String why) implements RolloutState {}

    /** Hosts of {@code wave}, from 1, are being taken to the new release. */
    record Running(int wave) implements RolloutState {}

    /** {@code wave} is over; the next begins at {@code until} unless something fails meanwhile. */
    record Soaking(int wave, Instant until) implements RolloutState {}

    /** No host is begun until a person resumes it. */
    record Paused(String why) implements RolloutState {}

    /** Every host that could be reached was taken through; some may have failed within the budget, some may wait. */
    record Done() implements RolloutState {}

    /** Stopped; hosts that hold the new release keep it, the others were not touched or went back. */
    record Failed(Reason reason, String detail) implements RolloutState {}

    /** Ended by a person. */
    record Aborted(String by) implements RolloutState {}

    /** Ended because something newer is wanted. */
    record Superseded(RolloutId by) implements RolloutState {}

    /** It had ended, and what it did was undone by another rollout. */
    record RolledBack(RolloutId by) implements RolloutState {}

    /** Whether it has come to its end. */
    default boolean isOver() {
        return switch (this) {
            case Planned _, AwaitingApproval _, Running _, Soaking _, Paused _ -> false;
            case Done _, Failed _, Aborted _, Superseded _, RolledBack _ -> true;
        };
    }

    /** Whether nothing more happens until a person says something. */
    default boolean isResting() {
        return isOver() || this instanceof Paused || this instanceof AwaitingApproval;
    }

    /** Whether hosts may be begun. */
    default boolean isMoving() {
        return this instanceof Running || this instanceof Soaking;
    }

    /** As written in JSON, logs, pages and the database. */
    default String word() {
        return switch (this) {
            case Planned _ -> "planned";
            case AwaitingApproval _ -> "approval";
            case Running _ -> "running";
            case Soaking _ -> "soaking";
            case Paused _ -> "paused";
            case Done _ -> "done";
            case Failed _ -> "failed";
            case Aborted _ -> "aborted";
            case Superseded _ -> "superseded";
            case RolledBack _ -> "rolled-back";
        };
    }
}
