package io.espalier.httpdns.zone;

import java.util.List;

/**
 * A name for several hosts: it has the addresses of those that are up, or of all if none is.
 *
 * @param name its full name, such as {@code web.demo.internal}
 * @param hosts full names of hosts of the same content
 */
public record Tier(String name, List<String> hosts) {
    public Tier {
        hosts = List.copyOf(hosts);
    }
}
