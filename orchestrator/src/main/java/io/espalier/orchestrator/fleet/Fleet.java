package io.espalier.orchestrator.fleet;

import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.protocol.HostName;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Hosts, tiers, units and policies, as one revision of the fleet source describes them.
 *
 * @param tiers top (users) to bottom (storage)
 * @param units in the order in which they are laid on a host: what a unit needs comes before it
 * @param heal whether drift is put right without asking
 * @param driftCheck how often agents look
 */
public record Fleet(
        String name,
        Map<SourceName, SourceSpec> sources,
        List<Tier> tiers,
        SortedMap<HostName, Host> hosts,
        List<UnitSpec> units,
        RolloutPolicy rollout,
        boolean heal,
        Duration driftCheck) {

    public Fleet {
        sources = Map.copyOf(sources);
        tiers = List.copyOf(tiers);
        hosts = Collections.unmodifiableSortedMap(new TreeMap<>(hosts));
        units = List.copyOf(units);
    }

    public Optional<Tier> tier(String tierName) {
        return tiers.stream().filter(tier -> tier.name().equals(tierName)).findFirst();
    }

    /** In the order in which they are laid. */
    public List<UnitSpec> unitsOf(Host host) {
        return units.stream().filter(unit -> unit.on().matches(host)).toList();
    }
}
