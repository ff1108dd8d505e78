package io.espalier.orchestrator.fleet;

import java.util.Set;

/**
 * Which hosts a unit is for: all given kinds must match, any value of a kind does.
 *
 * @param tiers empty: any
 * @param tags empty: any
 * @param hosts empty: any
 */
public record Selector(Set<String> tiers, Set<String> tags, Set<String> hosts) {

    public Selector {
        tiers = Set.copyOf(tiers);
        tags = Set.copyOf(tags);
        hosts = Set.copyOf(hosts);
    }

    public boolean matches(Host host) {
        return (tiers.isEmpty() || tiers.contains(host.tier()))
                && (tags.isEmpty() || host.tags().stream().anyMatch(tags::contains))
                && (hosts.isEmpty() || hosts.contains(host.name().value()));
    }
}
