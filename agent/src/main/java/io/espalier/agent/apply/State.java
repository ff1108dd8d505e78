package io.espalier.agent.apply;

import io.espalier.agent.system.Uptime;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.LastApply;
import java.time.Instant;
import java.util.Optional;

/**
 * What the agent remembers: the sum of its journal.
 *
 * @param number of the last manifest that was accepted; 0 if none
 * @param current the release that the host is committed to
 * @param previous the one before, whose blobs are kept for a rollback
 * @param last how the last apply ended
 * @param open the apply that has begun and not ended
 */
record State(
        long number,
        Optional<HeldRelease> current,
        Optional<HeldRelease> previous,
        Optional<LastApply> last,
        Optional<Open> open) {

    static final State NEW = new State(0, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /** An apply under way. */
    record Open(HeldRelease target, Transition transition, Phase phase) {}

    /** How far an open apply has come. */
    sealed interface Phase {

        /** Files may have been renamed, none must be. */
        record Begun() implements Phase {}

        /** All files are in place; reloads may have run. */
        record Switched() implements Phase {}

        /** Healthy; goes back at {@code uptime}, or after a reboot at {@code deadline}, unless it is confirmed. */
        record Awaiting(Instant deadline, Optional<Uptime> uptime, LastApply soFar) implements Phase {}

        /** On the way back. */
        record Undoing(Reason reason, String detail) implements Phase {}
    }

    /** The release that is on disk: the open one while it waits to be confirmed, else the current. */
    Optional<HeldRelease> onDisk() {
        return awaiting().isPresent() ? open.map(Open::target) : current;
    }

    Optional<Phase.Awaiting> awaiting() {
        return open.map(Open::phase).filter(Phase.Awaiting.class::isInstance).map(Phase.Awaiting.class::cast);
    }

    /** @throws IllegalStateException if the record cannot follow */
    State after(JournalRecord next) {
        return switch (next) {
            case JournalRecord.Snapshot(var state) -> state;
            case JournalRecord.Begun(var target, var transition) -> {
                if (open.isPresent()) {
                    throw new IllegalStateException("an apply began inside another");
                }
                yield new State(
                        target.number(),
                        current,
                        previous,
                        last,
                        Optional.of(new Open(target, transition, new Phase.Begun())));
            }
            case JournalRecord.Switched() -> at(new Phase.Switched(), last);
            case JournalRecord.Awaiting(var deadline, var uptime, var soFar) ->
                at(new Phase.Awaiting(deadline, uptime, soFar), Optional.of(soFar));
            case JournalRecord.Undoing(var reason, var detail) -> at(new Phase.Undoing(reason, detail), last);
            case JournalRecord.Committed(var ended) ->
                new State(number, Optional.of(opened().target()), current, Optional.of(ended), Optional.empty());
            case JournalRecord.RolledBack(var ended) ->
                new State(number, current, previous, Optional.of(ended), Optional.empty());
            case JournalRecord.Noted(var ended) ->
                new State(Math.max(number, ended.number()), current, previous, Optional.of(ended), open);
            case JournalRecord.Adopted(var target, var at) ->
                new State(
                        target.number(),
                        Optional.of(target),
                        current.filter(old -> !old.id().equals(target.id())).or(() -> previous),
                        Optional.of(new LastApply(target.number(), target.id(), new ApplyOutcome.Unchanged(), at)),
                        open);
        };
    }

    private State at(Phase phase, Optional<LastApply> newLast) {
        return new State(
                number,
                current,
                previous,
                newLast,
                Optional.of(new Open(opened().target(), opened().transition(), phase)));
    }

    private Open opened() {
        return open.orElseThrow(() -> new IllegalStateException("no apply has begun"));
    }
}
