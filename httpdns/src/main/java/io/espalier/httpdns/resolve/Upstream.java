package io.espalier.httpdns.resolve;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A recursive resolver to ask.
 *
 * @param address where it listens, UDP and TCP alike; resolved already
 * @param key signs what is asked and proves what is answered; null for neither
 */
public record Upstream(InetSocketAddress address, @Nullable TsigKey key) {
    public Upstream {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("address: " + address + " (expected: an IP address and a port)");
        }
    }

    public Upstream(InetSocketAddress address) {
        this(address, null);
    }

    /** As people know it: {@code 127.0.0.1:53}, {@code [::1]:53}. */
    public String name() {
        var host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
