package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * @param ref of the fleet source; the watched one if absent
 * @param hosts empty: all; likewise {@code tiers}
 * @param units the only ones to bring; the rest of each host stays as it is. Empty: all
 * @param plan the digest of the plan that was looked at; refused if it is no longer so
 */
public record DeployRequest(
        @Nullable String ref,
        List<String> hosts,
        List<String> tiers,
        @Nullable List<String> units,
        @Nullable String plan) {

    /** Of all units. */
    public DeployRequest(@Nullable String ref, List<String> hosts, List<String> tiers, @Nullable String plan) {
        this(ref, hosts, tiers, List.of(), plan);
    }
}
