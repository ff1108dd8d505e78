package io.espalier.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param state in-sync, pending, applying, waiting, drifted, failed, unreachable, quarantined or stale
 * @param reason the word of the reason for the state, where it needs one
 * @param release id of the release that the host says it holds
 */
public record HostView(
        String name,
        @Nullable String auid,
        String tier,
        List<String> tags,
        String address,
        String state,
        @Nullable String reason,
        @Nullable String detail,
        @Nullable String release,
        int drifted,
        @Nullable Instant lastSeen) {}
