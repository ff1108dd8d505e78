package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Addresses;
import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.answer.Subnet;
import java.net.Inet4Address;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** In whose name a request is asked, as far as it says so itself. */
public final class Claims {
    /** More is nobody's business (RFC 7871, 11.1). */
    private static final int IPV4_BITS = 24;

    private static final int IPV6_BITS = 56;

    private Claims() {}

    /** @throws RefusedException if it is no address and no network */
    static @Nullable Subnet parse(@Nullable String text) throws RefusedException {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return narrow(Addresses.subnet(text));
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PARAMETER, String.valueOf(e.getMessage()));
        }
    }

    /** The network of a client's address, as wide as may be told to others. */
    public static Subnet of(InetAddress address) {
        return narrow(new Subnet(address, address.getAddress().length * 8));
    }

    private static Subnet narrow(Subnet subnet) {
        return subnet.atMost(subnet.address() instanceof Inet4Address ? IPV4_BITS : IPV6_BITS);
    }
}
