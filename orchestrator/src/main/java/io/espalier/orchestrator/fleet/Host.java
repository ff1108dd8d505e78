package io.espalier.orchestrator.fleet;

import io.espalier.protocol.HostName;
import java.util.Optional;
import java.util.SortedSet;

/**
 * One machine as the fleet source describes it.
 *
 * @param tier the name of one of the fleet's tiers
 * @param vars all of its variables, merged in the order of precedence: all, tier, tags in their order, host file, host
 *     entry
 */
public record Host(HostName name, SshAddress ssh, String tier, SortedSet<String> tags, Vars vars) {

    /**
     * Where and how it is reached over SSH.
     *
     * @param address a name or an address; empty for the machine the orchestrator runs on (its agent's socket is used)
     * @param port 22 unless given
     * @param user the deploy user; {@code espalier} unless given
     * @param hostKey pinned key in the form {@code ssh-ed25519 AAAA...}; otherwise the one pinned at enrolment counts
     * @param jump another host of the fleet through which it is reached
     */
    public record SshAddress(String address, int port, String user, Optional<String> hostKey, Optional<HostName> jump) {

        public static final int DEFAULT_PORT = 22;

        public static final String DEFAULT_USER = "espalier";
    }
}
