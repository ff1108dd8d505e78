package io.espalier.httpdns.zone;

import java.time.Duration;
import java.util.List;

/**
 * All that is answered locally, as one value that is replaced as a whole.
 *
 * @param version grows with each change, for people
 * @param zones names below which nobody else is asked: what is not here does not exist
 * @param hosts of the fleet
 * @param tiers of the fleet
 * @param records of the operator's; they win over hosts and tiers of the same name
 * @param views the clients for whom some of the records are meant
 * @param ttl of hosts' and tiers' addresses, 1 s to 1 h: how long a dead member may still be asked
 */
public record ZoneContent(
        long version,
        List<String> zones,
        List<FleetHost> hosts,
        List<Tier> tiers,
        List<LocalRecord> records,
        List<View> views,
        Duration ttl) {
    /** Nothing is answered locally. */
    public static final ZoneContent EMPTY =
            new ZoneContent(0, List.of(), List.of(), List.of(), List.of(), List.of(), Duration.ofSeconds(10));

    public ZoneContent {
        zones = List.copyOf(zones);
        hosts = List.copyOf(hosts);
        tiers = List.copyOf(tiers);
        records = List.copyOf(records);
        views = List.copyOf(views);
        if (ttl.toSeconds() < 1 || ttl.toHours() > 1) {
            throw new IllegalArgumentException("ttl: " + ttl + " (expected: 1 s to 1 h)");
        }
    }
}
