package io.espalier.protocol.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One backup of a host.
 *
 * @param id 64 hexadecimal digits; the first eight are enough to name it
 * @param kind files, mysql, ...
 * @param bytes of content
 * @param added bytes that it added to the store
 * @param state ok, or why it is not good
 */
public record BackupSnapshotView(
        String id,
        String host,
        String kind,
        Instant startedAt,
        Instant finishedAt,
        long entries,
        long bytes,
        long added,
        String state,
        @Nullable String detail) {}
