package io.espalier.httpdns.dialect;

import io.espalier.httpdns.access.Addresses;
import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.answer.Subnet;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** In whose name a request is asked, as far as it says so itself. */
public final class Claims {
    private Claims() {}

    /** @throws RefusedException if it is no address and no network */
    static @Nullable Subnet parse(@Nullable String text) throws RefusedException {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Addresses.subnet(text);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(Reason.BAD_PARAMETER, String.valueOf(e.getMessage()));
        }
    }

    /** The address of a client as a network. How much of it is told to others is decided where it is told. */
    public static Subnet of(InetAddress address) {
        return new Subnet(address, address.getAddress().length * 8);
    }
}
