package io.espalier.agent.apply;

import io.espalier.agent.system.Uptime;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.LastApply;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One fact that outlives a crash. An apply writes {@code Begun Switched [Awaiting] Committed}, or ends otherwise. */
sealed interface JournalRecord {

    /** All that came before, without an open apply; the first record of every journal. */
    record Snapshot(State state) implements JournalRecord {}

    /** Everything needed to go there or back is on disk; from now on files may change. */
    record Begun(HeldRelease target, Transition transition) implements JournalRecord {}

    record Switched() implements JournalRecord {}

    /**
     * @param deadline by the host's clock, which may be set; counts only after a reboot
     * @param uptime at the deadline, for as long as the machine is up; empty where the kernel does not tell
     */
    record Awaiting(Instant deadline, Optional<Uptime> uptime, LastApply soFar) implements JournalRecord {}

    record Undoing(Reason reason, String detail) implements JournalRecord {}

    record Committed(LastApply ended) implements JournalRecord {}

    record RolledBack(LastApply ended) implements JournalRecord {}

    /** A manifest was used up without a change to any file. */
    record Noted(LastApply ended) implements JournalRecord {}

    /** The host already held all of this release. */
    record Adopted(HeldRelease target, Instant at) implements JournalRecord {}

    default byte[] encode() {
        var out = new Writer();
        switch (this) {
            case Snapshot(var state) -> {
                out.number(1)
                        .number(state.number())
                        .optional(state.current(), HeldRelease::write)
                        .optional(state.previous(), HeldRelease::write)
                        .optional(state.last(), JournalRecord::write);
            }
            case Begun(var target, var transition) -> {
                HeldRelease.write(out.number(2), target);
                Transition.write(out, transition);
            }
            case Switched() -> out.number(3);
            case Awaiting(var deadline, var uptime, var soFar) ->
                write(out.number(10).instant(deadline).optional(uptime, Uptime::write), soFar);
            case Undoing(var reason, var detail) -> out.number(5).name(reason).text(detail);
            case Committed(var ended) -> write(out.number(6), ended);
            case RolledBack(var ended) -> write(out.number(7), ended);
            case Noted(var ended) -> write(out.number(8), ended);
            case Adopted(var target, var at) -> {
                HeldRelease.write(out.number(9), target);
                out.instant(at);
            }
        }
        return out.toBytes();
    }

    static JournalRecord decode(byte[] bytes) {
        var in = new Reader(bytes);
        int kind = in.integer();
        JournalRecord decoded = switch (kind) {
            case 1 ->
                new Snapshot(new State(
                        in.number(),
                        in.optional(HeldRelease::read),
                        in.optional(HeldRelease::read),
                        in.optional(JournalRecord::readLast),
                        Optional.empty()));
            case 2 -> new Begun(HeldRelease.read(in), Transition.read(in));
            case 3 -> new Switched();
            case 4 -> new Awaiting(in.instant(), Optional.empty(), readLast(in)); // written before there was an uptime
            case 5 -> new Undoing(in.name(Reason.class), in.text());
            case 6 -> new Committed(readLast(in));
            case 7 -> new RolledBack(readLast(in));
            case 8 -> new Noted(readLast(in));
            case 9 -> new Adopted(HeldRelease.read(in), in.instant());
            case 10 -> new Awaiting(in.instant(), in.optional(Uptime::read), readLast(in));
            default -> throw new MalformedException("journal record kind: " + kind);
        };
        in.end();
        return decoded;
    }

    private static void write(Writer out, LastApply last) {
        out.number(last.number()).digest(last.release().digest()).instant(last.at());
        switch (last.outcome()) {
            case ApplyOutcome.Unchanged() -> out.number(0);
            case ApplyOutcome.Applied(var changed, var reloaded, var awaiting, var took) ->
                out.number(1)
                        .number(changed)
                        .list(reloaded, Writer::text)
                        .flag(awaiting)
                        .number(took);
            case ApplyOutcome.Rejected(var reason, var detail) ->
                out.number(2).name(reason).text(detail);
            case ApplyOutcome.RolledBack(var reason, var detail, var clean) ->
                out.number(3).name(reason).text(detail).flag(clean);
        }
    }

    private static LastApply readLast(Reader in) {
        long number = in.number();
        var release = new ReleaseId(in.digest());
        Instant at = in.instant();
        int kind = in.integer();
        ApplyOutcome outcome = switch (kind) {
            case 0 -> new ApplyOutcome.Unchanged();
            case 1 -> {
                int changed = in.integer();
                List<String> reloaded = in.list(Reader::text);
                yield new ApplyOutcome.Applied(changed, reloaded, in.flag(), in.number());
            }
            case 2 -> new ApplyOutcome.Rejected(in.name(Reason.class), in.text());
            case 3 -> new ApplyOutcome.RolledBack(in.name(Reason.class), in.text(), in.flag());
            default -> throw new MalformedException("outcome kind: " + kind);
        };
        return new LastApply(number, release, outcome, at);
    }
}
