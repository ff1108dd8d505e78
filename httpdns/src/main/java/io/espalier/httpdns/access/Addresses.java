package io.espalier.httpdns.access;

import io.espalier.httpdns.answer.Subnet;
import java.net.InetAddress;
import java.util.HexFormat;

/** Reads addresses and networks as strangers write them. Never asks a resolver. */
public final class Addresses {
    private Addresses() {}

    /**
     * An IPv4 address of four decimal parts, or an IPv6 address without a zone; one that maps IPv4 is IPv4.
     *
     * @throws IllegalArgumentException if it is no such address
     */
    public static InetAddress address(String text) {
        if (text.length() > 45 || !text.chars().allMatch(Addresses::mayStand) || !isDottedQuad(text)) {
            throw new IllegalArgumentException("not an address: '" + shown(text) + "'");
        }
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an address: '" + shown(text) + "'", e);
        }
    }

    /**
     * An address with or without a prefix length.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Subnet subnet(String text) {
        var slash = text.indexOf('/');
        var address = address(slash < 0 ? text : text.substring(0, slash));
        var bits = address.getAddress().length * 8;
        if (slash < 0) {
            return new Subnet(address, bits);
        }
        var length = text.substring(slash + 1);
        if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > bits) {
            throw new IllegalArgumentException("not a prefix length: '" + shown(text) + "'");
        }
        return new Subnet(address, Integer.parseInt(length));
    }

    private static boolean mayStand(int c) {
        return c == '.' || c == ':' || HexFormat.isHexDigit(c);
    }

    // The JDK would also take 127.1 and leading zeros.
    private static boolean isDottedQuad(String text) {
        return text.indexOf(':') >= 0 || text.matches("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");
    }

    private static String shown(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }
}
