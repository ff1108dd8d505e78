package io.espalier.protocol.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * @param kind deploy, heal, rollback or catch-up
 * @param state planned, approval, running, paused, done, failed, aborted or superseded
 * @param wave the current one, from 1, of {@code waves}
 * @param applied how many of {@code hosts} hold the new release
 */
public record RolloutView(
        long id,
        String kind,
        String revision,
        @Nullable String subject,
        String by,
        String state,
        @Nullable String reason,
        @Nullable String detail,
        int wave,
        int waves,
        int hosts,
        int applied,
        int failed,
        int waiting,
        Instant startedAt,
        @Nullable Instant endedAt) {}
