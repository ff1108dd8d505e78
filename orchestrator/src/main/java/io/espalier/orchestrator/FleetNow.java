package io.espalier.orchestrator;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.protocol.HostName;
import io.espalier.protocol.ReleaseId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The hosts of the revision that is wanted now; tells the registry which releases that one wants. */
final class FleetNow {

    private final HostRegistry registry;
    private final Supplier<Optional<ReleaseSet>> wanted;
    private Optional<ReleaseSet> told = Optional.empty();

    FleetNow(HostRegistry registry, Supplier<Optional<ReleaseSet>> wanted) {
        this.registry = registry;
        this.wanted = wanted;
    }

    Optional<Host> find(HostName name) {
        return wanted.get().map(set -> set.fleet().hosts().get(name));
    }

    /** Those with an agent. */
    @SuppressWarnings("ReferenceEquality") // each set is built once; telling one twice does no harm
    synchronized Collection<Host> hosts() {
        Optional<ReleaseSet> now = wanted.get();
        if (now.isEmpty()) {
            return List.of();
        }
        ReleaseSet set = now.get();
        if (told.isEmpty() || told.get() != set) {
            Map<HostName, ReleaseId> releases = new HashMap<>();
            set.releases().forEach((host, release) -> releases.put(host, release.id()));
            registry.want(releases);
            told = now;
        }
        return set.fleet().hosts().values().stream()
                .filter(host -> set.releases().containsKey(host.name()))
                .toList();
    }
}
