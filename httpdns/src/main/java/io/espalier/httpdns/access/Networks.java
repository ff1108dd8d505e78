package io.espalier.httpdns.access;

import io.espalier.httpdns.answer.Subnet;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/** A list of networks, such as {@code 127.0.0.0/8, 10.0.0.0/8, ::1}. */
public final class Networks {
    public static final Networks NONE = new Networks(List.of());
    public static final Networks LOOPBACK = parse("127.0.0.0/8,::1/128");

    private final List<Subnet> networks;

    public Networks(List<Subnet> networks) {
        this.networks = List.copyOf(networks);
    }

    /** @throws IllegalArgumentException naming the part that is no network */
    public static Networks parse(String list) {
        return new Networks(Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .map(Addresses::subnet)
                .toList());
    }

    public boolean contains(InetAddress address) {
        var all = new Subnet(address, address.getAddress().length * 8);
        return networks.stream().anyMatch(network -> network.covers(all));
    }

    public boolean isEmpty() {
        return networks.isEmpty();
    }

    @Override
    public String toString() {
        return networks.toString();
    }
}
