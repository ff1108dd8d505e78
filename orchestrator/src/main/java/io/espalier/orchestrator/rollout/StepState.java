package io.espalier.orchestrator.rollout;

import io.espalier.protocol.Reason;
import java.util.Optional;

/** Where one host of a rollout is. */
public sealed interface StepState {

    /** Held the release before; recorded, not touched. */
    record InSync() implements StepState {}

    /** Not begun, or to be begun again. */
    record Pending() implements StepState {}

    /** Manifest {@code number} is on its way: whether the host has taken it, only the host can tell. */
    record Sending(long number) implements StepState {}

    /**
     * The host holds the release and was reached again afterwards.
     *
     * @param changed how many paths were written, changed or removed
     * @param tookMillis on the host, from manifest to health
     */
    record Applied(int changed, long tookMillis) implements StepState {}

    /** The release did not do on this host, which holds its old one; counts against the failure budget. */
    record Failed(Reason reason, String detail) implements StepState {}

    /** The host could not take it through no fault of the release; it is caught up when it can. */
    record Waiting(Reason reason, String detail) implements StepState {}

    /** Why it waits; empty if it does not. */
    default Optional<Reason> waitsFor() {
        return this instanceof Waiting waiting ? Optional.of(waiting.reason()) : Optional.empty();
    }

    /** As written in JSON, logs, pages and the database. */
    default String word() {
        return switch (this) {
            case InSync _ -> "in-sync";
            case Pending _ -> "pending";
            case Sending _ -> "applying";
            case Applied _ -> "applied";
            case Failed _ -> "failed";
            case Waiting _ -> "waiting";
        };
    }
}
