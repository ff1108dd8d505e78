package io.espalier.metrics.ingest;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/** Who may push without saying who they are: addresses with a prefix length, such as {@code 10.0.0.0/8}. */
@SuppressWarnings("ArrayRecordComponent")
public final class Networks {
    public static final Networks LOOPBACK = parse("127.0.0.0/8,::1/128");

    private record Network(byte[] address, int bits) {}

    private final List<Network> networks;

    private Networks(List<Network> networks) {
        this.networks = networks;
    }

    /** @throws IllegalArgumentException naming the part that is no network */
    public static Networks parse(String list) {
        return new Networks(
                Arrays.stream(list.split(",")).map(Networks::network).toList());
    }

    private static Network network(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (!address.matches("[0-9a-fA-F.:]+")) {
            throw new IllegalArgumentException("not a network: '" + text + "' (expected: such as 10.0.0.0/8)");
        }
        try {
            byte[] bytes = InetAddress.getByName(address).getAddress();
            int bits = slash < 0 ? bytes.length * 8 : Integer.parseInt(text.substring(slash + 1));
            if (bits < 0 || bits > bytes.length * 8) {
                throw new IllegalArgumentException("not a prefix length: '" + text + "'");
            }
            return new Network(bytes, bits);
        } catch (UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException("not a network: '" + text + "'", e);
        }
    }

    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        return networks.stream().anyMatch(network -> contains(network, bytes));
    }

    private static boolean contains(Network network, byte[] address) {
        if (network.address.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < network.bits; bit++) {
            int mask = 0x80 >>> (bit & 7);
            if ((network.address[bit >>> 3] & mask) != (address[bit >>> 3] & mask)) {
                return false;
            }
        }
        return true;
    }
}
