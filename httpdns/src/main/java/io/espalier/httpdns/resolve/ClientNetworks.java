package io.espalier.httpdns.resolve;

import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.Subnet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * When the upstreams are told which network a client is in (EDNS client subnet, RFC 7871), and how exactly.
 *
 * @param zones the names told, each with all below it; an empty name stands for all; an empty list, the default, for
 *     none
 * @param bits4 how many bits of an IPv4 address are told at most
 * @param bits6 how many bits of an IPv6 address are told at most
 */
public record ClientNetworks(List<String> zones, int bits4, int bits6) {
    /** Nothing is told. */
    public static final ClientNetworks UNTOLD = new ClientNetworks(List.of(), 24, 56);

    public ClientNetworks {
        zones = List.copyOf(zones);
        if (bits4 < 1 || bits4 > 32 || bits6 < 1 || bits6 > 128) {
            throw new IllegalArgumentException("bits: " + bits4 + ", " + bits6 + " (expected: 1 to 32, 1 to 128)");
        }
    }

    /** True if answers for this name may depend on the client's network. */
    public boolean countFor(String name) {
        for (var zone : zones) {
            if (zone.isEmpty() || name.equals(zone) || (name.endsWith(zone) && endsLabel(name, zone))) {
                return true;
            }
        }
        return false;
    }

    private static boolean endsLabel(String name, String zone) {
        return name.charAt(name.length() - zone.length() - 1) == '.';
    }

    /**
     * The network to tell for a question.
     *
     * @return null for none: nobody named one in a way that counts, the client does not want it told, the name is not
     *     listed, or the address means nothing to others
     */
    public @Nullable Subnet toTell(Question question) {
        var client = question.client();
        if (client == null || client.prefix() == 0 || zones.isEmpty() || !countFor(question.name())) {
            return null;
        }
        var address = client.address();
        if (address.isSiteLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isAnyLocalAddress()
                || (address.getAddress().length == 16 && (address.getAddress()[0] & 0xfe) == 0xfc)) {
            return null;
        }
        return client.atMost(address.getAddress().length == 4 ? bits4 : bits6);
    }
}
