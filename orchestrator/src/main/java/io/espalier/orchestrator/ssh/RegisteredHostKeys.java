package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.protocol.Reason;
import java.util.List;
import java.util.Optional;

/**
 * Trusts, in this order: the key that the fleet source gives for a host, the key pinned when it was enrolled, a key
 * signed by one of the configured authorities. Refusals go to the registry, where the host's page shows them.
 */
public final class RegisteredHostKeys implements HostKeys {

    private final HostRegistry registry;
    private final List<HostKey> authorities;

    /** @param authorities keys of those who sign the keys of all hosts; may be empty */
    public RegisteredHostKeys(HostRegistry registry, List<HostKey> authorities) {
        this.registry = registry;
        this.authorities = List.copyOf(authorities);
    }

    @Override
    public Trust trust(Host host) {
        Optional<String> line = host.ssh().hostKey().or(() -> registry.pinnedKey(host.name()));
        if (line.isEmpty()) {
            return new Trust(List.of(), authorities);
        }
        try {
            return Trust.parse(line.get());
        } catch (IllegalArgumentException e) {
            throw new LinkException(
                    Reason.HOST_KEY_UNKNOWN, host.name() + ": its pinned key cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void refused(Host host, LinkException why, Optional<HostKey> presented) {
        registry.keyRefused(host.name(), why.reason(), String.valueOf(why.getMessage()), presented.map(HostKey::line));
    }
}
