package io.espalier.orchestrator.backup;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Something that was begun about a host's backups.
 *
 * @param kind of backup; empty for care
 * @param snapshot 64 hexadecimal digits
 * @param what is being worked on
 * @param reason why it failed
 */
public record BackupTask(
        long id,
        Action action,
        String host,
        String kind,
        State state,
        String by,
        Instant startedAt,
        Optional<Instant> endedAt,
        Optional<String> snapshot,
        long entries,
        long bytes,
        long added,
        String what,
        Optional<String> reason,
        String detail,
        List<String> notes) {

    public BackupTask {
        notes = List.copyOf(notes);
    }

    /** What. */
    public enum Action {
        RUN,
        RESTORE,
        CHECK,
        PRUNE,
        DRILL;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How it is. */
    public enum State {
        RUNNING,
        DONE,
        FAILED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    BackupTask at(long nowEntries, long nowBytes, long nowAdded, String nowWhat) {
        return new BackupTask(
                id,
                action,
                host,
                kind,
                state,
                by,
                startedAt,
                endedAt,
                snapshot,
                nowEntries,
                nowBytes,
                nowAdded,
                nowWhat,
                reason,
                detail,
                notes);
    }

    BackupTask ended(Instant at, End end) {
        return new BackupTask(
                id,
                action,
                host,
                kind,
                end.reason().isEmpty() ? State.DONE : State.FAILED,
                by,
                startedAt,
                Optional.of(at),
                end.snapshot(),
                end.entries(),
                end.bytes(),
                end.added(),
                "",
                end.reason(),
                end.detail(),
                end.notes());
    }

    /**
     * How it ended.
     *
     * @param reason empty: well
     */
    record End(
            Optional<String> snapshot,
            long entries,
            long bytes,
            long added,
            Optional<String> reason,
            String detail,
            List<String> notes) {
        static End failed(String reason, String detail) {
            return new End(Optional.empty(), 0, 0, 0, Optional.of(reason), detail, List.of());
        }
    }
}
