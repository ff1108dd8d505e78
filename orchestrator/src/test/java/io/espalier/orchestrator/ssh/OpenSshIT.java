package io.espalier.orchestrator.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.Hosts;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.ProtocolPeer;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.orchestrator.host.Wire;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.testkit.Await;
import io.espalier.testkit.DelayProxy;
import io.espalier.testkit.NetnsHosts;
import io.espalier.testkit.TestHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways in which a real sshd, and the host behind it, can be difficult. */
class OpenSshIT {

    private static final SshSettings QUICK = SshSettings.DEFAULT
            .withKeepAlive(Duration.ofSeconds(1), 2)
            .withBackOff(Duration.ofMillis(1), Duration.ofMillis(2));

    @TempDir
    static Path folder;

    private static NetnsHosts hosts;
    private static DeployKey key;

    private final Traffic traffic = new Traffic();
    private final TestHostKeys keys = new TestHostKeys();
    private ProtocolPeer agent;
    private SshLinks links;

    @BeforeAll
    static void startHosts() {
        NetnsHosts.assumePossible();
        key = DeployKey.in(folder.resolve("keys"));
        hosts = NetnsHosts.start(4, "", "LogLevel DEBUG1");
        hosts.all().forEach(host -> DeployedHost.prepare(host, key.publicLine()));
    }

    @AfterAll
    static void stopHosts() {
        if (hosts != null) {
            hosts.close();
        }
    }

    @BeforeEach
    void open() {
        hosts.all().forEach(host -> keys.pin(host.name(), host.hostKey()));
        links = links(QUICK);
    }

    @AfterEach
    void close() throws IOException {
        links.close();
        if (agent != null) {
            agent.close();
        }
    }

    private SshLinks links(SshSettings settings) {
        return new SshLinks(
                key.login(),
                keys,
                (_, _) -> {},
                name -> hosts.all().stream()
                        .filter(host -> host.name().equals(name.value()))
                        .findFirst()
                        .map(DeployedHost::host),
                settings,
                new LinkLimits(Duration.ofSeconds(4), Duration.ofSeconds(4), Duration.ofSeconds(4)),
                traffic,
                Clock.systemUTC());
    }

    private void startAgent(TestHost host) throws IOException {
        agent = new ProtocolPeer(host.path("/run/espalier/agent.sock"));
    }

    private LinkException failure(Host host) {
        return catchThrowableOfType(LinkException.class, () -> {
            try (Link link = links.open(host)) {
                link.status();
            }
        });
    }

    private static String logOf(TestHost host) throws IOException {
        return Files.readString(host.path("/var/log/sshd.log"));
    }

    @Test
    void tunnelLeadsToAPortOfTheHostsLoopback() throws IOException {
        Host host = DeployedHost.host(hosts.get(1));
        try (Wire wire = links.tunnel(host, 22)) {
            assertThat(new String(wire.in().readNBytes(8), StandardCharsets.US_ASCII))
                    .isEqualTo("SSH-2.0-");
        }
        assertThatThrownBy(() -> links.tunnel(host, 9180))
                .isInstanceOf(LinkException.class)
                .hasMessageContaining("nothing listens on 127.0.0.1:9180");
    }

    @Test
    void tunnelThatTheKeyMayNotOpenIsToldSo() throws IOException {
        TestHost host = hosts.get(3);
        Path keysFile = host.path("/var/lib/espalier-deploy/.ssh/authorized_keys");
        String before = Files.readString(keysFile);
        DeployedHost.write(
                host,
                "/var/lib/espalier-deploy/.ssh/authorized_keys",
                before.replace("port-forwarding,", "port-forwarding,permitopen=\"127.0.0.1:9180\","),
                "rw-r--r--");
        try {
            assertThatThrownBy(() -> links.tunnel(DeployedHost.host(host), 22))
                    .isInstanceOf(LinkException.class)
                    .hasMessageContaining("enrol the host again");
            assertThatThrownBy(() -> links.tunnel(DeployedHost.host(host), 9180))
                    .isInstanceOf(LinkException.class)
                    .hasMessageContaining("nothing listens");
        } finally {
            DeployedHost.write(host, "/var/lib/espalier-deploy/.ssh/authorized_keys", before, "rw-r--r--");
        }
    }

    @Test
    void unknownHostIsRefusedBeforeItSeesALogin() throws IOException {
        TestHost host = hosts.get(1);
        keys.trust("h1", HostKeys.Trust.NONE);
        String before = logOf(host);
        LinkException refused = failure(DeployedHost.host(host));
        assertThat(refused.reason()).isEqualTo(Reason.HOST_KEY_UNKNOWN);
        assertThat(refused).hasMessageContaining(HostKey.parse(host.hostKey()).fingerprint());
        assertThat(keys.refused).containsExactly(Optional.of(HostKey.parse(host.hostKey())));
        assertNoLoginSince(host, before);
    }

    @Test
    void changedKeyIsRefusedBeforeTheHostSeesALogin() throws IOException {
        TestHost host = hosts.get(1);
        HostKey pinned = HostKey.parse(hosts.get(2).hostKey());
        keys.trust("h1", HostKeys.Trust.pinned(pinned));
        String before = logOf(host);
        LinkException refused = failure(DeployedHost.host(host));
        assertThat(refused.reason()).isEqualTo(Reason.HOST_KEY_CHANGED);
        assertThat(refused)
                .hasMessageContaining(HostKey.parse(host.hostKey()).fingerprint())
                .hasMessageContaining(pinned.fingerprint());
        assertNoLoginSince(host, before);
    }

    @Test
    void hostWithoutAKeyOfThePinnedTypeCountsAsChanged() throws IOException {
        TestHost host = hosts.get(1);
        Path rsa = folder.resolve("other");
        Files.deleteIfExists(rsa);
        io.espalier.testkit.Ran.of(
                Duration.ofSeconds(20), "ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", rsa.toString());
        keys.pin("h1", Files.readString(folder.resolve("other.pub")));
        assertThat(failure(DeployedHost.host(host)).reason()).isEqualTo(Reason.HOST_KEY_CHANGED);
    }

    @Test
    void keysOfOtherTypesAreRecognisedToo() throws IOException {
        TestHost host = hosts.get(4);
        startAgent(host);
        for (String type : List.of("ecdsa", "rsa")) {
            String file = "/etc/ssh/ssh_host_" + type + "_key";
            host.must("ssh-keygen", "-q", "-t", type, "-N", "", "-f", file);
            DeployedHost.configure(host, "HostKey " + file);
            keys.pin("h4", Files.readString(host.path(file + ".pub")));
            try (Link link = links.open(DeployedHost.host(host))) {
                assertThat(link.status().number()).isEqualTo(7);
            }
        }
    }

    private static void assertNoLoginSince(TestHost host, String before) throws IOException {
        Await.until(
                "sshd has noted the end of the connection",
                () -> logOf(host).substring(before.length()).contains("preauth"));
        assertThat(logOf(host).substring(before.length())).contains("KEX").doesNotContain("userauth-request");
    }

    @Test
    void hostIsRecognisedByASignedKey() throws IOException {
        TestHost host = hosts.get(3);
        Path authority = folder.resolve("authority");
        keygen("-q", "-t", "ed25519", "-N", "", "-f", authority.toString());
        Path copy = Files.writeString(folder.resolve("h3.pub"), host.hostKey() + "\n");
        keygen("-q", "-s", authority.toString(), "-I", "h3", "-h", "-n", "h3", "-V", "+1d", copy.toString());
        DeployedHost.write(
                host,
                "/etc/ssh/ssh_host_ed25519_key-cert.pub",
                Files.readString(folder.resolve("h3-cert.pub")),
                "rw-r--r--");
        DeployedHost.configure(host, "HostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub");
        startAgent(host);
        String line = Files.readString(folder.resolve("authority.pub")).strip();
        keys.trust("h3", HostKeys.Trust.parse("@cert-authority " + line));
        try (Link link = links.open(DeployedHost.host(host))) {
            assertThat(link.status().number()).isEqualTo(7);
        }
        Host imposter = Hosts.at("h9", host.address(), 22, "espalier", Optional.empty(), Optional.empty());
        keys.trust("h9", HostKeys.Trust.parse("@cert-authority " + line));
        assertThat(failure(imposter).reason()).isEqualTo(Reason.HOST_KEY_CHANGED);
        keys.trust("h3", HostKeys.Trust.parse("@cert-authority " + hosts.get(1).hostKey()));
        assertThat(failure(DeployedHost.host(host)).reason()).isEqualTo(Reason.HOST_KEY_CHANGED);
    }

    private static void keygen(String... arguments) {
        var command = new java.util.ArrayList<>(List.of("ssh-keygen"));
        command.addAll(List.of(arguments));
        assertThat(io.espalier.testkit.Ran.of(Duration.ofSeconds(20), command.toArray(String[]::new))
                        .status())
                .isZero();
    }

    @Test
    void wrongLoginIsToldAsSuch() {
        try (var stranger = new SshLinks(
                DeployKey.in(folder.resolve("other-keys")).login(),
                keys,
                (_, _) -> {},
                _ -> Optional.empty(),
                QUICK,
                LinkLimits.DEFAULT,
                traffic,
                Clock.systemUTC())) {
            LinkException refused =
                    catchThrowableOfType(LinkException.class, () -> stranger.open(DeployedHost.host(hosts.get(1))));
            assertThat(refused.reason()).isEqualTo(Reason.AUTH_FAILED);
        }
    }

    @Test
    void bridgeIsUsedWhereSocketsAreForbidden() throws IOException {
        TestHost host = hosts.get(2);
        DeployedHost.configure(host, "AllowStreamLocalForwarding no");
        startAgent(host);
        try (Link link = links.open(DeployedHost.host(host))) {
            assertThat(link.status().number()).isEqualTo(7);
        }
        assertThat(links.open(DeployedHost.host(host)).status().number()).isEqualTo(7);
    }

    @Test
    void agentThatIsDownIsToldFromAHostThatIsDown() {
        assertThat(failure(DeployedHost.host(hosts.get(1))).reason()).isEqualTo(Reason.AGENT_DOWN);
        Host nobody = Hosts.at("h1", hosts.get(1).address(), 2222, "espalier", Optional.empty(), Optional.empty());
        assertThat(failure(nobody).reason()).isEqualTo(Reason.UNREACHABLE);
    }

    @Test
    void frozenHostIsNoticedByItsSilence() throws IOException {
        TestHost host = hosts.get(1);
        startAgent(host);
        try (Link link = links.open(DeployedHost.host(host))) {
            link.status();
            assertThat(links.connections()).isEqualTo(1);
            host.freeze();
            try {
                Await.until("the probes notice", Duration.ofSeconds(60), () -> links.connections() == 0);
            } finally {
                host.thaw();
            }
        }
        Await.until("it is back", () -> failure(DeployedHost.host(host)) == null);
    }

    @Test
    void cutCableEndsAQuestionInTime() throws IOException {
        TestHost host = hosts.get(1);
        startAgent(host);
        try (Link link = links.open(DeployedHost.host(host))) {
            link.status();
            host.cut();
            long begin = System.nanoTime();
            LinkException lost = catchThrowableOfType(LinkException.class, link::status);
            assertThat(lost.reason()).isIn(Reason.TIMED_OUT, Reason.UNREACHABLE);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(7));
        } finally {
            host.mend();
        }
        Await.until("it is back", () -> failure(DeployedHost.host(host)) == null);
    }

    @Test
    void hostBehindAJumpHostIsReachedThroughIt() throws IOException {
        TestHost inner = hosts.get(4);
        startAgent(inner);
        Host through = DeployedHost.host(inner, Optional.of(new HostName("h1")));
        try (Link link = links.open(through);
                Link fresh = links.openFresh(through)) {
            assertThat(link.status().number()).isEqualTo(7);
            assertThat(fresh.confirm(3)).isNotNull();
        }
        assertThat(traffic.counts().handshakes()).isEqualTo(3);
        assertThat(inner.must(
                        "sh", "-c", "grep -c 'Connection from " + hosts.get(1).address() + "' /var/log/sshd.log"))
                .isEqualTo("2");
        Host lost = DeployedHost.host(inner, Optional.of(new HostName("h77")));
        assertThat(failure(lost)).hasMessageContaining("h77 is not in the fleet");
    }

    @Test
    void leastRecentlyUsedConnectionMakesRoom() {
        links.close();
        links = links(QUICK.withConnections(2));
        for (int i = 1; i <= 4; i++) {
            failure(DeployedHost.host(hosts.get(i))); // connects; no agent listens
        }
        assertThat(links.connections()).isEqualTo(2);
    }

    @Test
    void farHostCostsTheRoundTripsThatAreCounted() throws IOException {
        TestHost host = hosts.get(1);
        startAgent(host);
        Duration oneWay = Duration.ofMillis(13);
        try (var far = DelayProxy.to(host.address(), 22, oneWay)) {
            Host remote = Hosts.at("h1", "127.0.0.1", far.port(), "espalier", Optional.empty(), Optional.empty());
            try (Link link = links.open(remote)) {
                link.status();
                long begin = System.nanoTime();
                link.status();
                Duration took = Duration.ofNanos(System.nanoTime() - begin);
                assertThat(took).isBetween(oneWay.multipliedBy(2), oneWay.multipliedBy(4));
            }
            far.stall();
            assertThat(failure(remote).reason()).isIn(Reason.TIMED_OUT, Reason.UNREACHABLE);
            far.resume();
            far.reset();
            Await.until("a new connection is made", () -> failure(remote) == null);
        }
        assertThat(Map.of("handshakes", traffic.counts().handshakes())).containsEntry("handshakes", 2L);
    }
}
