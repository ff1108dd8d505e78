package io.espalier.orchestrator.host;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.Vars;
import io.espalier.protocol.HostName;
import java.util.Optional;
import java.util.TreeSet;

/** Hosts for tests. */
public final class Hosts {

    private Hosts() {}

    public static Host local(String name) {
        return at(name, "", 22, "espalier", Optional.empty(), Optional.empty());
    }

    public static Host at(
            String name, String address, int port, String user, Optional<String> hostKey, Optional<HostName> jump) {
        return new Host(
                new HostName(name),
                new Host.SshAddress(address, port, user, hostKey, jump),
                "web",
                new TreeSet<>(),
                Vars.NONE);
    }
}
