package io.espalier.orchestrator.source.git;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Says which addresses a source may be fetched from. Whoever can push a {@code fleet.yaml} can name a URL, and must not
 * thereby make this process talk to its own machine or to a cloud's metadata service. Private networks are allowed:
 * fleets live there. See {@code docs/adr/0002-where-sources-may-point.md}.
 *
 * @param allowPrivate whether RFC 1918, RFC 6598 and unique local addresses may be used
 * @param allowLocal whether loopback and link-local may; for demos and tests
 */
public record AddressGuard(boolean allowPrivate, boolean allowLocal) {

    /** An address that the guard refuses. */
    public static final class Refused extends IOException {

        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /**
     * Looks {@code host} up; all its addresses must be allowed, because any of them may be used.
     *
     * @throws java.net.UnknownHostException if it has none
     */
    public void check(String host) throws IOException {
        for (InetAddress address : InetAddress.getAllByName(host)) {
            check(host, address);
        }
    }

    public void check(String host, InetAddress address) throws IOException {
        String kind = kindOf(address);
        boolean allowed = switch (kind) {
            case "public" -> true;
            case "private" -> allowPrivate;
            case "loopback", "link-local" -> allowLocal;
            default -> false;
        };
        if (!allowed) {
            throw new Refused(host + " is the " + kind + " address " + address.getHostAddress()
                    + ", from which no source is fetched");
        }
    }

    private static String kindOf(InetAddress given) {
        InetAddress address = unmapped(given);
        byte[] raw = address.getAddress();
        int first = raw[0] & 0xff;
        int second = raw[1] & 0xff;
        if (address.isLoopbackAddress()) {
            return "loopback";
        }
        if (address.isLinkLocalAddress() || isMetadata(raw)) {
            return "link-local";
        }
        if (address.isAnyLocalAddress()
                || address.isMulticastAddress()
                || (raw.length == 4 && (first == 0 || first >= 240))) {
            return "reserved";
        }
        boolean isPrivate = raw.length == 4
                ? address.isSiteLocalAddress() || (first == 100 && (second & 0xc0) == 64)
                : (first & 0xfe) == 0xfc || address.isSiteLocalAddress();
        return isPrivate ? "private" : "public";
    }

    /** The one metadata service that does not sit on a link-local address: fd00:ec2::254. */
    private static boolean isMetadata(byte[] raw) {
        return raw.length == 16
                && Arrays.equals(
                        raw, new byte[] {(byte) 0xfd, 0, 0x0e, (byte) 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54});
    }

    /** The IPv4 address inside a mapped, compatible, 6to4 or NAT64 one: a gateway would deliver to that. */
    private static InetAddress unmapped(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] raw = address.getAddress();
        int at = embeddedAt(raw);
        if (at < 0) {
            return address;
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(raw, at, at + 4));
        } catch (java.net.UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
    }

    private static int embeddedAt(byte[] raw) {
        boolean zeros = true;
        for (int i = 0; i < 10; i++) {
            zeros &= raw[i] == 0;
        }
        boolean mapped = zeros && raw[10] == -1 && raw[11] == -1;
        boolean compatible = zeros && raw[10] == 0 && raw[11] == 0 && (raw[12] != 0 || raw[13] != 0 || raw[14] != 0);
        boolean nat64 = raw[0] == 0 && raw[1] == 0x64 && raw[2] == (byte) 0xff && raw[3] == (byte) 0x9b;
        if (mapped || compatible || nat64) {
            return 12;
        }
        return raw[0] == 0x20 && raw[1] == 0x02 ? 2 : -1;
    }
}
