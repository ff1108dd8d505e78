package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param ref of the fleet source; the watched one if absent
 * @param hosts empty: all; likewise {@code tiers}
 * @param plan the digest of the plan that was looked at; refused if it is no longer so
 */
public record DeployRequest(
        @Nullable String ref,
        List<String> hosts,
        List<String> tiers,
        @Nullable String plan) {}
