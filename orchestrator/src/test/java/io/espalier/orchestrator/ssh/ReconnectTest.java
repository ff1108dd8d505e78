package io.espalier.orchestrator.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.espalier.orchestrator.demo.DemoSshServer;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.Hosts;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.ProtocolPeer;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.protocol.Reason;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When connections are made, kept and made again. */
class ReconnectTest {

    @TempDir
    Path folder;

    private final MutableClock clock = MutableClock.fixed();
    private final Traffic traffic = new Traffic();
    private final TestHostKeys keys = new TestHostKeys();
    private final ArrayList<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private SshLinks links() {
        var links = new SshLinks(
                DeployKey.in(folder.resolve("keys")).login(),
                keys,
                (_, _) -> {},
                _ -> Optional.empty(),
                SshSettings.DEFAULT,
                LinkLimits.DEFAULT,
                traffic,
                clock);
        open.add(links);
        return links;
    }

    private DemoSshServer server(int port) throws IOException {
        var server = DemoSshServer.start(
                folder.resolve("hostkey"),
                DeployKey.in(folder.resolve("keys")).publicLine(),
                "espalier",
                folder.resolve("agent.sock"),
                port,
                DemoSshServer.Sockets.ALLOWED);
        open.add(server);
        return server;
    }

    private static Host at(int port) {
        return Hosts.at("web1", "127.0.0.1", port, "espalier", Optional.empty(), Optional.empty());
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Test
    void deadHostIsNotTriedAgainBeforeItsTime() throws Exception {
        int port = freePort();
        SshLinks links = links();
        for (int i = 0; i < 5; i++) {
            LinkException down = catchThrowableOfType(LinkException.class, () -> links.open(at(port)));
            assertThat(down.reason()).isEqualTo(Reason.UNREACHABLE);
            assertThat(down).hasMessageContaining("connection refused");
        }
        assertThat(traffic.counts().handshakes()).isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(catchThrowableOfType(LinkException.class, () -> links.open(at(port)))
                        .reason())
                .isEqualTo(Reason.UNREACHABLE);
        assertThat(traffic.counts().handshakes()).isEqualTo(2);
    }

    @Test
    void freshLinkAndNewPinnedKeyDoNotWait() throws Exception {
        var server = server(0);
        open.add(new ProtocolPeer(folder.resolve("agent.sock")));
        SshLinks links = links();
        assertThat(catchThrowableOfType(LinkException.class, () -> links.open(at(server.port())))
                        .reason())
                .isEqualTo(Reason.HOST_KEY_UNKNOWN);
        keys.trust("web1", HostKeys.Trust.pinned(server.hostKey()));
        try (Link link = links.open(at(server.port()));
                Link fresh = links.openFresh(at(server.port()))) {
            assertThat(link.status().number()).isEqualTo(7);
            assertThat(fresh.status().number()).isEqualTo(7);
        }
    }

    @Test
    void connectionEndsWhenItsHostIsTrustedNoMore() throws Exception {
        var server = server(0);
        open.add(new ProtocolPeer(folder.resolve("agent.sock")));
        keys.trust("web1", HostKeys.Trust.pinned(server.hostKey()));
        SshLinks links = links();
        try (Link link = links.open(at(server.port()))) {
            link.status();
        }
        keys.pin("web1", DeployKey.in(folder.resolve("other")).publicLine());
        assertThat(catchThrowableOfType(LinkException.class, () -> links.open(at(server.port())))
                        .reason())
                .isEqualTo(Reason.HOST_KEY_CHANGED);
        assertThat(links.connections()).isZero();
    }

    @Test
    void manyWhoWantTheSameHostShareOneHandshake() throws Exception {
        var server = server(0);
        open.add(new ProtocolPeer(folder.resolve("agent.sock")));
        keys.trust("web1", HostKeys.Trust.pinned(server.hostKey()));
        SshLinks links = links();
        Callable<Long> ask = () -> {
            try (Link link = links.open(at(server.port()))) {
                return link.status().number();
            }
        };
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : threads.invokeAll(java.util.Collections.nCopies(40, ask))) {
                assertThat(answer.get()).isEqualTo(7);
            }
        }
        assertThat(traffic.counts().handshakes()).isEqualTo(1);
    }

    @Test
    void connectionThatNobodyUsesIsClosedWhenAnotherIsMade() throws Exception {
        var server = server(0);
        open.add(new ProtocolPeer(folder.resolve("agent.sock")));
        keys.trust("web1", HostKeys.Trust.pinned(server.hostKey()));
        keys.trust("web2", HostKeys.Trust.pinned(server.hostKey()));
        SshLinks links = links();
        Host second = Hosts.at("web2", "127.0.0.1", server.port(), "espalier", Optional.empty(), Optional.empty());
        links.open(at(server.port())).close();
        links.open(second).close();
        assertThat(links.connections()).isEqualTo(2);
        clock.advance(Duration.ofMinutes(16));
        links.open(second).close();
        assertThat(links.connections()).isEqualTo(2);
        keys.pin("web3", server.hostKey().line());
        links.open(Hosts.at("web3", "127.0.0.1", server.port(), "espalier", Optional.empty(), Optional.empty()))
                .close();
        assertThat(links.connections()).isEqualTo(2);
    }

    @Test
    void restartedServerIsConnectedToAgain() throws Exception {
        var server = server(0);
        int port = server.port();
        open.add(new ProtocolPeer(folder.resolve("agent.sock")));
        keys.trust("web1", HostKeys.Trust.pinned(server.hostKey()));
        SshLinks links = links();
        try (Link link = links.open(at(port))) {
            link.status();
        }
        server.close();
        server(port);
        io.espalier.testkit.Await.until("the broken connection is replaced", () -> {
            try (Link link = links.open(at(port))) {
                return link.status().number() == 7;
            } catch (LinkException broken) {
                clock.advance(Duration.ofSeconds(1));
                return false;
            }
        });
        assertThat(Files.exists(folder.resolve("hostkey"))).isTrue();
    }

    @Test
    void serverThatSaysNothingTimesOut() throws Exception {
        try (var mute = new ServerSocket(0)) {
            keys.pin("web1", DeployKey.in(folder.resolve("other")).publicLine());
            var quick = new SshSettings(
                    "/a",
                    "b",
                    Duration.ofSeconds(1),
                    Duration.ofMillis(300),
                    Duration.ZERO,
                    1,
                    1,
                    1,
                    1,
                    Duration.ofMillis(1),
                    Duration.ofMillis(1));
            var links = new SshLinks(
                    DeployKey.in(folder.resolve("keys")).login(),
                    keys,
                    (_, _) -> {},
                    _ -> Optional.empty(),
                    quick,
                    LinkLimits.DEFAULT,
                    traffic,
                    clock);
            open.add(links);
            assertThat(catchThrowableOfType(LinkException.class, () -> links.open(at(mute.getLocalPort())))
                            .reason())
                    .isEqualTo(Reason.TIMED_OUT);
        }
    }
}
