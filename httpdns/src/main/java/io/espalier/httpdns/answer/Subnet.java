package io.espalier.httpdns.answer;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A network, as EDNS client subnet speaks of it (RFC 7871).
 *
 * @param address its address; bits beyond the prefix are zero
 * @param prefix how many bits count: 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record Subnet(InetAddress address, int prefix) {
    public Subnet {
        var bytes = address.getAddress();
        if (prefix < 0 || prefix > bytes.length * 8) {
            throw new IllegalArgumentException("A prefix of " + prefix + " bits for " + address.getHostAddress());
        }
        address = masked(bytes, prefix);
    }

    /** This network made wider: at most {@code bits} bits of it. */
    public Subnet atMost(int bits) {
        return bits >= prefix ? this : new Subnet(address, bits);
    }

    /** True if {@code other} lies in this network. */
    public boolean covers(Subnet other) {
        return other.prefix >= prefix
                && other.address.getClass() == address.getClass()
                && other.atMost(prefix).address.equals(address);
    }

    private static InetAddress masked(byte[] bytes, int prefix) {
        for (var i = 0; i < bytes.length; i++) {
            var kept = Math.clamp(prefix - i * 8, 0, 8);
            bytes[i] &= (byte) (0xff00 >> kept);
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new AssertionError("An address of " + bytes.length + " bytes", e);
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefix;
    }
}
