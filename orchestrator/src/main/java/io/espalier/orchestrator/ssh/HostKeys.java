package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.LinkException;
import java.util.List;
import java.util.Optional;

/** Knows by which keys hosts are recognised, and remembers which were not. */
public interface HostKeys {

    Trust trust(Host host);

    /**
     * A host presented a key that it is not trusted by.
     *
     * @param presented the key; empty if it has none of a type that we would take
     */
    void refused(Host host, LinkException why, Optional<HostKey> presented);

    /**
     * By what one host is recognised; any one suffices, and nothing means that it cannot be.
     *
     * @param pinned its own keys
     * @param authorities keys that sign the keys of hosts ({@code @cert-authority})
     */
    record Trust(List<HostKey> pinned, List<HostKey> authorities) {

        public static final Trust NONE = new Trust(List.of(), List.of());

        private static final String AUTHORITY = "@cert-authority ";

        public Trust {
            pinned = List.copyOf(pinned);
            authorities = List.copyOf(authorities);
        }

        public static Trust pinned(HostKey key) {
            return new Trust(List.of(key), List.of());
        }

        /** From {@code ssh-ed25519 AAAA...} or {@code @cert-authority ssh-ed25519 AAAA...}. */
        public static Trust parse(String line) {
            return line.startsWith(AUTHORITY)
                    ? new Trust(List.of(), List.of(HostKey.parse(line.substring(AUTHORITY.length()))))
                    : pinned(HostKey.parse(line));
        }

        boolean isNone() {
            return pinned.isEmpty() && authorities.isEmpty();
        }
    }
}
