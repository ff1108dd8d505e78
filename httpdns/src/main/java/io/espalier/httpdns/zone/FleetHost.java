package io.espalier.httpdns.zone;

import java.net.InetAddress;
import java.util.List;

/**
 * A host of the fleet.
 *
 * @param name its full name, lower case, without the dot at the end, such as {@code web-1.demo.internal}
 * @param addresses IPv4 and IPv6, in the order they are given out; each leads back to the name (PTR)
 * @param up false while it is known to be dead: the tiers leave it out
 */
public record FleetHost(String name, List<InetAddress> addresses, boolean up) {
    public FleetHost {
        addresses = List.copyOf(addresses);
    }
}
