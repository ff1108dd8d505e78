package io.espalier.orchestrator.ssh;

import io.espalier.orchestrator.demo.DemoSshServer;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.Hosts;
import io.espalier.orchestrator.host.LinkContract;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.Links;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SshLinksTest extends LinkContract {

    @TempDir
    Path folder;

    private DemoSshServer server;

    DemoSshServer.Sockets sockets() {
        return DemoSshServer.Sockets.ALLOWED;
    }

    @Override
    protected Links links(Path socket, LinkLimits limits) throws IOException {
        var key = DeployKey.in(folder.resolve("keys"));
        server = DemoSshServer.start(folder.resolve("hostkey"), key.publicLine(), "espalier", socket, 0, sockets());
        var trust = HostKeys.Trust.pinned(server.hostKey());
        return new SshLinks(
                key.login(),
                new HostKeys() {
                    @Override
                    public Trust trust(Host host) {
                        return trust;
                    }

                    @Override
                    public void refused(Host host, LinkException why, Optional<HostKey> presented) {}
                },
                greeter(),
                _ -> Optional.empty(),
                SshSettings.DEFAULT,
                limits,
                traffic,
                Clock.systemUTC());
    }

    @AfterEach
    void stopServer() throws IOException {
        server.close();
    }

    @Override
    protected Host host() {
        return Hosts.at("web1", "127.0.0.1", server.port(), "espalier", Optional.empty(), Optional.empty());
    }
}
