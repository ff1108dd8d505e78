package io.espalier.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** @param lastEvent where to go on with {@code events?since=} */
public record RolloutDetail(RolloutView rollout, List<Wave> waves, long lastEvent) {

    /** @param number from 1 */
    public record Wave(int number, String tier, boolean canary, String state, List<HostStep> hosts) {}

    /** @param state pending, applying, applied, unchanged, failed, waiting or skipped */
    public record HostStep(
            String host,
            String state,
            @Nullable String reason,
            @Nullable String detail,
            @Nullable Long tookMillis,
            @Nullable Instant at) {}
}
