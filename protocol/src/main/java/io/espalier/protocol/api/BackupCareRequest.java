package io.espalier.protocol.api;

import org.jspecify.annotations.Nullable;

/**
 * Care of a host's store.
 *
 * @param sample check: percent of the packs that are read; 100 if absent
 * @param keepLast prune: these rules say which snapshots stay; all of them if no rule is given
 * @param keepWithin such as {@code 14d}
 */
public record BackupCareRequest(
        String host,
        @Nullable Integer sample,
        @Nullable Integer keepLast,
        @Nullable Integer keepDaily,
        @Nullable Integer keepWeekly,
        @Nullable Integer keepMonthly,
        @Nullable String keepWithin) {}
