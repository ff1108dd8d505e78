package io.espalier.orchestrator.render;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.source.Revision;
import io.espalier.protocol.HostName;
import io.espalier.protocol.wire.Facts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What templates see: plain maps, lists, texts, numbers and booleans.
 *
 * <pre>
 * host      name, address, tier, tags, vars
 * fleet     name, hosts (a list), tiers.NAME and tags.NAME (lists of hosts)
 * vars      of the host
 * revision  the full commit id of the fleet source
 * facts     hostname, cpus, memory, os, kernel, arch, interfaces (name, addresses)
 * </pre>
 */
final class Model {

    private final Map<HostName, Map<String, Object>> hosts = new TreeMap<>();
    private final Map<String, Object> fleet;
    private final String revision;

    Model(Fleet fleet, Revision revision) {
        Map<String, List<Object>> tiers = new LinkedHashMap<>();
        fleet.tiers().forEach(tier -> tiers.put(tier.name(), new ArrayList<>()));
        Map<String, List<Object>> tags = new TreeMap<>();
        for (Host host : fleet.hosts().values()) {
            Map<String, Object> seen = hostMap(host);
            hosts.put(host.name(), seen);
            tiers.computeIfAbsent(host.tier(), name -> new ArrayList<>()).add(seen);
            host.tags()
                    .forEach(tag ->
                            tags.computeIfAbsent(tag, name -> new ArrayList<>()).add(seen));
        }
        this.fleet = inOrder("name", fleet.name(), "hosts", List.copyOf(hosts.values()), "tiers", tiers, "tags", tags);
        this.revision = revision.id();
    }

    Map<String, Object> of(Host host, Facts facts) {
        Map<String, Object> seen = hosts.get(host.name());
        return inOrder(
                "host",
                seen == null ? hostMap(host) : seen,
                "fleet",
                fleet,
                "vars",
                host.vars().values(),
                "revision",
                revision,
                "facts",
                factsMap(facts));
    }

    private static Map<String, Object> hostMap(Host host) {
        return inOrder(
                "name",
                host.name().value(),
                "address",
                host.ssh().address(),
                "tier",
                host.tier(),
                "tags",
                List.copyOf(host.tags()),
                "vars",
                host.vars().values());
    }

    private static Map<String, Object> factsMap(Facts facts) {
        List<Map<String, Object>> interfaces = facts.interfaces().stream()
                .map(one -> inOrder("name", one.name(), "addresses", one.addresses()))
                .toList();
        return inOrder(
                "hostname",
                facts.hostname(),
                "cpus",
                facts.cpus(),
                "memory",
                facts.memory(),
                "os",
                facts.os(),
                "kernel",
                facts.kernel(),
                "arch",
                facts.arch(),
                "interfaces",
                interfaces);
    }

    /** Not {@code Map.of}: a template that lists a map must list it in the same order in every process. */
    private static Map<String, Object> inOrder(Object... keysAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return Collections.unmodifiableMap(map);
    }
}
