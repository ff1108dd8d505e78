package io.espalier.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A backup, a restore, or care of a host's store, under way or over.
 *
 * @param action run, restore, check, prune or drill
 * @param kind what is backed up; empty for care
 * @param state running, done or failed
 * @param snapshot that was made or restored
 * @param what is being worked on
 * @param notes for people
 */
public record BackupTaskView(
        long id,
        String action,
        String host,
        String kind,
        String state,
        String by,
        Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable String snapshot,
        long entries,
        long bytes,
        long added,
        String what,
        @Nullable String reason,
        @Nullable String detail,
        List<String> notes) {

    public boolean isOver() {
        return !state.equals("running");
    }
}
