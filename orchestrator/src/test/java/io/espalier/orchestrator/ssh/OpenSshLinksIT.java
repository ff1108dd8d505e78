package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.LinkContract;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.Links;
import io.espalier.testkit.NetnsHosts;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** What links promise, with OpenSSH in between. */
class OpenSshLinksIT extends LinkContract {

    @TempDir
    static Path folder;

    private static NetnsHosts hosts;
    private static DeployKey key;

    @BeforeAll
    static void startHosts() {
        NetnsHosts.assumePossible();
        key = DeployKey.in(folder.resolve("keys"));
        hosts = NetnsHosts.start(1, "");
        DeployedHost.prepare(hosts.get(1), key.publicLine());
    }

    @AfterAll
    static void stopHosts() {
        if (hosts != null) {
            hosts.close();
        }
    }

    @Override
    protected Path socketFolder() {
        return hosts.get(1).path("/run/espalier");
    }

    @Override
    protected Links links(Path socket, LinkLimits limits) {
        return new SshLinks(
                key.login(),
                new TestHostKeys().pin("h1", hosts.get(1).hostKey()),
                greeter(),
                _ -> Optional.empty(),
                SshSettings.DEFAULT,
                limits,
                traffic,
                Clock.systemUTC());
    }

    @Override
    protected Host host() {
        return DeployedHost.host(hosts.get(1));
    }
}
