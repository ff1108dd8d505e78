package io.espalier.orchestrator.dns;

import io.espalier.httpdns.zone.FleetHost;
import io.espalier.httpdns.zone.LocalRecord;
import io.espalier.httpdns.zone.Tier;
import io.espalier.httpdns.zone.ZoneContent;
import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostAddresses;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.protocol.HostName;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The names that a fleet has, as a pure function of the fleet and of what is known of its hosts. */
final class FleetZone {

    private static final Pattern NAME = Pattern.compile(
            "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}" + "[a-z0-9_])?){0,30}");

    private static final int MAX_LABEL = 63;

    private FleetZone() {}

    /** @throws IllegalArgumentException if it cannot be the name of a zone */
    static String checkName(String zone) {
        if (!NAME.matcher(zone).matches() || zone.length() > 180) {
            throw new IllegalArgumentException("espalier.dns.zone: '" + zone + "' (expected: such as shop.internal)");
        }
        return zone;
    }

    /**
     * Each host is {@code host.zone} with its address from hosts.yaml, each tier {@code tier.zone} with those of its hosts
     * that are up, or of all if none is. A host whose address is a name is an alias of that name and in no tier's answer; a
     * host without one (this machine) has the addresses that its agent reports. A host of a tier's name has the name.
     *
     * @param known what is known of a host; a host of which nothing is known counts as up
     * @param own the operator's zones, records and views, which win over the fleet's names
     */
    static ZoneContent of(
            Fleet fleet,
            Function<HostName, Optional<HostRecord>> known,
            String zone,
            ZoneContent own,
            Duration ttl,
            long version) {
        var hosts = new ArrayList<FleetHost>();
        var aliases = new ArrayList<LocalRecord>();
        Map<String, List<String>> members = new LinkedHashMap<>();
        fleet.tiers().forEach(tier -> members.put(tier.name(), new ArrayList<>()));
        for (Host host : fleet.hosts().values()) {
            if (host.name().value().length() > MAX_LABEL) {
                continue; // longer than a label may be
            }
            String name = host.name() + "." + zone;
            Optional<HostRecord> record = known.apply(host.name());
            List<InetAddress> addresses = HostAddresses.of(host, record);
            if (!addresses.isEmpty()) {
                hosts.add(new FleetHost(
                        name, addresses, record.flatMap(HostRecord::outage).isEmpty()));
                members.computeIfAbsent(host.tier(), _ -> new ArrayList<>()).add(name);
            } else if (isName(host.ssh().address())) {
                aliases.add(new LocalRecord(
                        name, "CNAME", ttl.toSeconds(), host.ssh().address() + ".", null));
            }
        }
        var tiers = new ArrayList<Tier>();
        members.forEach((tier, names) -> {
            boolean isTaken = HostName.isValid(tier) && fleet.hosts().containsKey(new HostName(tier));
            if (!isTaken && tier.length() <= MAX_LABEL) {
                tiers.add(new Tier(tier + "." + zone, names));
            }
        });
        var zones = new ArrayList<>(own.zones());
        if (!zones.contains(zone)) {
            zones.add(zone);
        }
        var records = new ArrayList<>(own.records());
        aliases.stream()
                .filter(alias ->
                        own.records().stream().noneMatch(mine -> mine.name().equals(alias.name())))
                .forEach(records::add);
        return new ZoneContent(version, zones, hosts, tiers, records, own.views(), ttl);
    }

    private static boolean isName(String text) {
        return NAME.matcher(text).matches() && text.chars().anyMatch(Character::isLetter);
    }
}
