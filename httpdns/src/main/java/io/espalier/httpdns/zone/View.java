package io.espalier.httpdns.zone;

import io.espalier.httpdns.answer.Subnet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Clients who see records of their own (split horizon).
 *
 * @param name by which records refer to it
 * @param networks where these clients are
 */
public record View(String name, List<Subnet> networks) {
    public View {
        networks = List.copyOf(networks);
    }

    /** The prefix of its narrowest network that covers the client; -1 for none. */
    int match(@Nullable Subnet client) {
        var longest = -1;
        for (var network : networks) {
            if (client != null && network.prefix() > longest && network.covers(client)) {
                longest = network.prefix();
            }
        }
        return longest;
    }
}
