package io.espalier.protocol.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fleet in one line.
 *
 * @param state in-sync, rolling-out, drifted, stalled or unknown (no revision yet)
 * @param revision of the fleet source that is wanted now
 * @param hosts how many hosts are in each state
 * @param rollout the id of the rollout that is going on
 * @param detail why it is stalled
 */
public record FleetStatus(
        String fleet,
        String state,
        @Nullable String revision,
        Map<String, Integer> hosts,
        @Nullable Long rollout,
        @Nullable String detail,
        String version) {}
