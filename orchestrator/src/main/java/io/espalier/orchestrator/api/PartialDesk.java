package io.espalier.orchestrator.api;

import io.espalier.orchestrator.fleet.Nearest;
import io.espalier.orchestrator.fleet.UnitSpec;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostReport;
import io.espalier.orchestrator.plan.Releases;
import io.espalier.orchestrator.release.PartialBuild;
import io.espalier.orchestrator.release.ReleaseBuilder;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.rollout.HostHistory;
import io.espalier.orchestrator.rollout.Rollouts;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.springframework.stereotype.Component;

/** Single units of a revision, put into what hosts hold now. */
@Component
final class PartialDesk {

    private static final int RECENT = 20;

    private final HostRegistry registry;
    private final Releases releases;
    private final ReleaseBuilder builder;
    private final Rollouts rollouts;

    PartialDesk(HostRegistry registry, Releases releases, ReleaseBuilder builder, Rollouts rollouts) {
        this.registry = registry;
        this.releases = releases;
        this.builder = builder;
        this.rollouts = rollouts;
    }

    /** The release that a host last reported. */
    Optional<ReleaseId> held(HostName host) {
        return registry.find(host).flatMap(HostRecord::report).flatMap(HostReport::release);
    }

    /** @throws RequestRefused if neither the revision nor any of the hosts has a unit of one of these names */
    PartialBuild build(ReleaseSet whole, Set<HostName> hosts, List<String> units) {
        var held = new HashMap<HostName, Release>();
        var from = new HashMap<HostName, Digest>();
        for (HostName host : hosts) {
            held(host).ifPresent(id -> {
                releases.find(id).ifPresent(release -> held.put(host, release));
                source(host, id).ifPresent(key -> from.put(host, key));
            });
        }
        refuseUnknown(whole, held, units);
        var chosen = new TreeMap<>(whole.releases());
        chosen.keySet().retainAll(hosts);
        var limited = new ReleaseSet(whole.fleetCommit(), whole.sources(), whole.fleet(), chosen, whole.warnings());
        return builder.partly(limited, held, new TreeSet<>(units), from);
    }

    private Optional<Digest> source(HostName host, ReleaseId release) {
        return rollouts.history().of(host, RECENT).stream()
                .filter(entry -> entry.release().equals(release))
                .filter(entry ->
                        entry.kind() != Manifest.Kind.ROLLBACK) // its target says nothing of where files are from
                .map(HostHistory.Entry::target)
                .findFirst();
    }

    private static void refuseUnknown(ReleaseSet whole, Map<HostName, Release> held, List<String> units) {
        var known = new HashSet<String>();
        whole.fleet().units().stream().map(UnitSpec::name).forEach(known::add);
        held.values()
                .forEach(release -> release.units().stream().map(Unit::name).forEach(known::add));
        for (String unit : units) {
            if (!known.contains(unit)) {
                String near = Nearest.hint(unit, known);
                throw RequestRefused.notFound("there is no unit '" + unit + "'" + (near.isEmpty() ? "" : ", " + near));
            }
        }
    }
}
