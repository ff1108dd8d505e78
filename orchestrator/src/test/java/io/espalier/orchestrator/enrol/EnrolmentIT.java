package io.espalier.orchestrator.enrol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostState;
import io.espalier.orchestrator.host.Hosts;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.ProtocolPeer;
import io.espalier.orchestrator.host.Registries;
import io.espalier.orchestrator.host.Releases;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.orchestrator.ssh.DeployKey;
import io.espalier.orchestrator.ssh.HostKey;
import io.espalier.orchestrator.ssh.Login;
import io.espalier.orchestrator.ssh.RegisteredHostKeys;
import io.espalier.orchestrator.ssh.SshLinks;
import io.espalier.orchestrator.ssh.SshSettings;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.DriftedPath;
import io.espalier.testkit.NetnsHosts;
import io.espalier.testkit.Ran;
import io.espalier.testkit.TestHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bare hosts with nothing but sshd become hosts of the fleet. */
class EnrolmentIT {

    /** In place of the image's launcher: the same agent on this machine's Java, which hosts see too. */
    private static final String PROGRAM = """
            #!/bin/sh
            exec "JAVA" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \\
                -Despalier-agent=VERSION -cp "CLASSES" io.espalier.agent.AgentApplication "$@"
            """;

    @TempDir
    static Path folder;

    private static DeployKey deployKey;
    private static DeployKey personKey;
    private static Releases releases;

    private final HostRegistry registry = Registries.fresh(Clock.systemUTC());
    private final List<String> told = new ArrayList<>();
    private NetnsHosts hosts;
    private TestHost host;

    @BeforeAll
    static void makeKeys() {
        NetnsHosts.assumePossible();
        deployKey = DeployKey.in(folder.resolve("deploy"));
        personKey = DeployKey.in(folder.resolve("person"));
        releases = new Releases();
    }

    @BeforeEach
    void startHost() {
        hosts = NetnsHosts.start(1, personKey.publicLine());
        host = hosts.get(1);
    }

    @AfterEach
    void stopHost() {
        hosts.close();
    }

    static AgentImage image(Path folder, String version) throws IOException {
        Path root = Files.createDirectories(folder.resolve("image-" + version + "/espalier-agent/bin"));
        Path program = root.resolve("espalier-agent");
        Files.writeString(
                program,
                PROGRAM.replace(
                                "JAVA",
                                Path.of(System.getProperty("java.home"), "bin/java")
                                        .toString())
                        .replace("CLASSES", System.getProperty("java.class.path"))
                        .replace("VERSION", version));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path archive = folder.resolve(version + ".tar.gz");
        Ran.of(
                Duration.ofSeconds(20),
                "tar",
                "-czf",
                archive.toString(),
                "-C",
                root.getParent().getParent().toString(),
                "espalier-agent");
        return AgentImage.of(
                archive, Ran.of(Duration.ofSeconds(5), "uname", "-m").output());
    }

    private Enrolment enrolment(String version) {
        return new Enrolment(
                registry,
                deployKey,
                releases.key.getPublic(),
                () -> {
                    try {
                        return image(folder, version);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                SshSettings.DEFAULT,
                Clock.systemUTC());
    }

    private EnrolmentRequest request(String user, Login login) {
        return new EnrolmentRequest(
                new EnrolmentRequest.Target(user, host.address(), 22),
                new HostName("web1"),
                List.of("mobile"),
                HostKey.parse(host.hostKey()).fingerprint(),
                login,
                false);
    }

    private EnrolmentException failure(EnrolmentRequest request) {
        return catchThrowableOfType(
                EnrolmentException.class, () -> enrolment("1").run(request, told::add));
    }

    private Host enrolled() {
        return Hosts.at("web1", host.address(), 22, "espalier", Optional.empty(), Optional.empty());
    }

    private SshLinks links() {
        return links(SshSettings.DEFAULT);
    }

    private SshLinks links(SshSettings settings) {
        return new SshLinks(
                deployKey.login(),
                new RegisteredHostKeys(registry, List.of()),
                registry::welcome,
                _ -> Optional.empty(),
                settings,
                LinkLimits.DEFAULT,
                new Traffic(),
                Clock.systemUTC());
    }

    @Test
    void bareHostIsTakenInAndUpgradedBySecondRun() {
        assertThat(enrolment("1").probe(new EnrolmentRequest.Target("root", host.address(), 22)))
                .isEqualTo(HostKey.parse(host.hostKey()));
        Auid auid = enrolment("1").run(request("root", personKey.login()), told::add);
        assertThat(told.getLast()).startsWith("enrolled web1 as " + auid + ", agent ");
        assertThat(registry.auid(new HostName("web1"))).contains(auid);
        try (var links = links();
                Link link = links.open(enrolled())) {
            registry.seen(new HostName("web1"), link.status());
        }
        assertThat(registry.find(auid)
                        .orElseThrow()
                        .verdict(Clock.systemUTC().instant())
                        .state())
                .isNotEqualTo(HostState.UNREACHABLE);
        String first = host.must("readlink", "/opt/espalier-agent/current");
        String pid = host.must("cat", "/run/espalier-agent.pid");

        Auid again = enrolment("2").run(request("root", personKey.login()), told::add);
        assertThat(again).isEqualTo(auid);
        String second = host.must("readlink", "/opt/espalier-agent/current");
        assertThat(second).isNotEqualTo(first);
        assertThat(host.must("cat", "/run/espalier-agent.pid")).isNotEqualTo(pid);
        assertThat(host.run("test", "-d", "/proc/" + pid).status()).isNotZero();

        enrolment("3").run(request("root", personKey.login()), told::add);
        assertThat(host.must("sh", "-c", "cd /opt/espalier-agent; ls -d ????????????"))
                .contains(second)
                .doesNotContain(first);
    }

    @Test
    void enrolledHostTakesAReleaseAndSaysWhatDrifts() throws IOException {
        Auid auid = enrolment("1").run(request("root", personKey.login()), told::add);
        byte[] content = "trained flat against a frame\n".getBytes(StandardCharsets.UTF_8);
        var manifest = releases.release(auid, Map.of("/etc/motd", content), Duration.ofSeconds(30));
        try (var links = links()) {
            try (Link link = links.open(enrolled())) {
                assertThat(link.apply(manifest, Optional.empty(), _ -> content, (_, _) -> {}))
                        .isInstanceOfSatisfying(
                                ApplyOutcome.Applied.class,
                                applied -> assertThat(applied.awaitingConfirm()).isTrue());
            }
            try (Link fresh = links.openFresh(enrolled())) {
                assertThat(fresh.confirm(1)).isInstanceOf(ApplyOutcome.Applied.class);
            }
            assertThat(Files.readAllBytes(host.path("/etc/motd"))).isEqualTo(content);
            host.must("sh", "-c", "echo by hand > /etc/motd");
            try (Link link = links.open(enrolled())) {
                assertThat(link.drift()).extracting(DriftedPath::path).containsExactly("/etc/motd");
                assertThat(link.status().awaitingConfirm()).isFalse();
            }
            var stranger = new Releases().release(auid, Map.of("/etc/motd", content), Duration.ZERO);
            try (Link link = links.open(enrolled())) {
                assertThat(link.apply(stranger, Optional.empty(), _ -> content, (_, _) -> {}))
                        .isInstanceOfSatisfying(
                                ApplyOutcome.Rejected.class,
                                rejected -> assertThat(rejected.reason()).isEqualTo(Reason.SIGNATURE_INVALID));
            }
        }
    }

    @Test
    void deployUserReachesTheAgentAndNothingElse() throws IOException {
        enrolment("1").run(request("root", personKey.login()), told::add);
        Path key = folder.resolve("deploy/deploy_ed25519");
        String[] ssh = {
            "ssh",
            "-i",
            key.toString(),
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "LogLevel=ERROR",
            "-o",
            "BatchMode=yes",
            "-o",
            "ExitOnForwardFailure=yes",
            "-F",
            "none"
        };
        Ran shell = run(ssh, "espalier@" + host.address(), "touch", "/tmp/by-deploy-key");
        assertThat(host.run("test", "-e", "/tmp/by-deploy-key").status()).isNotZero();
        assertThat(shell.output()).doesNotContain("uid=");
        assertThat(run(ssh, "-W", "127.0.0.1:22", "espalier@" + host.address()).status())
                .isNotZero();
        assertThat(run(ssh, "-N", "-R", "2200:127.0.0.1:22", "espalier@" + host.address())
                        .status())
                .isNotZero();
        assertThat(host.must("stat", "-c", "%U:%a", "/var/lib/espalier-deploy/.ssh/authorized_keys"))
                .isEqualTo("root:644");
        assertThat(host.must("getent", "shadow", "espalier")).startsWith("espalier:*:");
        assertThat(host.run("setpriv", "--reuid=espalier", "--regid=espalier", "--clear-groups", "sudo", "-n", "id")
                        .status())
                .isNotZero();
    }

    @Test
    void deployUserReachesNoOtherSocketAndNeedsNoProgram() throws IOException {
        enrolment("1").run(request("root", personKey.login()), told::add);
        host.must("rm", "-rf", "/opt/espalier-agent/current");
        try (var links = links(SshSettings.DEFAULT);
                Link link = links.open(enrolled())) {
            assertThat(link.status().number()).isZero();
        }
        SshSettings usual = SshSettings.DEFAULT;
        var elsewhere = new SshSettings(
                "/run/espalier/other.sock",
                usual.bridge(),
                usual.connectTimeout(),
                usual.handshakeTimeout(),
                usual.keepAlive(),
                usual.keepAliveCount(),
                usual.handshakes(),
                usual.handshakesPerJump(),
                usual.connections(),
                usual.backOff(),
                usual.backOffMost());
        try (var other = new ProtocolPeer(host.path("/run/espalier/other.sock"));
                var links = links(elsewhere)) {
            LinkException refused = catchThrowableOfType(LinkException.class, () -> {
                try (Link link = links.open(enrolled())) {
                    link.status();
                }
            });
            assertThat(refused.reason()).isEqualTo(Reason.AGENT_DOWN);
            assertThat(other.accepted).hasValue(0);
        }
    }

    private static Ran run(String[] command, String... more) {
        var all = new ArrayList<>(List.of(command));
        all.addAll(List.of(more));
        all.addFirst("10");
        all.addFirst("timeout");
        return Ran.of(Duration.ofSeconds(20), all.toArray(String[]::new));
    }

    @Test
    void userWithSudoEnrolsToo() {
        host.must("useradd", "--create-home", "--shell", "/bin/sh", "ops");
        host.must("sh", "-c", "echo 'ops ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/ops");
        host.must("sh", "-c", "echo 'ops:correct horse' | chpasswd");
        host.must(
                "sh",
                "-c",
                "sed -i 's/^PasswordAuthentication no/PasswordAuthentication yes/' /etc/ssh/sshd_config"
                        + " && kill -HUP $(cat /run/sshd.pid)");
        var login = new Login.Password("correct horse");
        io.espalier.testkit.Await.until(
                "sshd takes passwords", () -> enrolment("1").run(request("ops", login), told::add) != null);
        assertThat(registry.auid(new HostName("web1"))).isPresent();
        assertThat(told).noneMatch(line -> line.contains("horse"));
    }

    @Test
    void userWithoutSudoIsToldWhatIsMissing() {
        host.must("useradd", "--create-home", "--shell", "/bin/sh", "ops");
        host.must("usermod", "-p", "*", "ops");
        host.must("install", "-d", "-o", "ops", "-m", "700", "/home/ops/.ssh");
        host.must("install", "-o", "ops", "-m", "600", "/root/.ssh/authorized_keys", "/home/ops/.ssh/authorized_keys");
        EnrolmentException refused = failure(request("ops", personKey.login()));
        assertThat(refused.reason()).isEqualTo(Reason.AUTH_FAILED);
        assertThat(refused).hasMessageContaining("sudo");
        assertThat(registry.all()).isEmpty();
    }

    @Test
    void keyThatNobodyAgreedToEndsItAtOnce() {
        var other = new EnrolmentRequest(
                new EnrolmentRequest.Target("root", host.address(), 22),
                new HostName("web1"),
                List.of(),
                deployKey.fingerprint(),
                personKey.login(),
                false);
        assertThat(failure(other).reason()).isEqualTo(Reason.HOST_KEY_CHANGED);
        assertThat(host.must("cat", "/var/log/sshd.log")).doesNotContain("Accepted");
    }

    @Test
    void fullDiskIsNoticedBeforeAnythingIsSent() {
        host.run("sh", "-c", "head -c 2G /dev/zero > /var/fill");
        EnrolmentException refused = failure(request("root", personKey.login()));
        assertThat(refused.reason()).isEqualTo(Reason.DISK_FULL);
    }

    @Test
    void userOfTheSameNameIsLeftAlone() {
        host.must("useradd", "--create-home", "espalier");
        EnrolmentException refused = failure(request("root", personKey.login()));
        assertThat(refused.reason()).isEqualTo(Reason.ACCOUNTS_FAILED);
        assertThat(host.must("getent", "passwd", "espalier")).contains("/home/espalier");
    }

    @Test
    void sshdThatDoesNotLetTheDeployUserInIsTold() {
        host.must("sh", "-c", "sed -i '1i AllowUsers root' /etc/ssh/sshd_config && kill -HUP $(cat /run/sshd.pid)");
        io.espalier.testkit.Await.until("sshd has read it", () -> {
            EnrolmentException refused = failure(request("root", personKey.login()));
            return refused != null && refused.reason() == Reason.AUTH_FAILED;
        });
        assertThat(registry.all()).isEmpty();
    }

    @Test
    void sshdWithoutSocketsIsEnrolledOverTheBridge() {
        host.must(
                "sh",
                "-c",
                "sed -i '1i AllowStreamLocalForwarding no' /etc/ssh/sshd_config && kill -HUP $(cat /run/sshd.pid)");
        io.espalier.testkit.Await.until(
                "sshd has read it",
                () -> host.run("sh", "-c", "grep -c 'Server listening' /var/log/sshd.log")
                        .output()
                        .equals("4"));
        enrolment("1").run(request("root", personKey.login()), told::add);
        assertThat(told).anyMatch(line -> line.contains("bridge"));
        try (var links = links();
                Link link = links.open(enrolled())) {
            assertThat(link.status().number()).isZero();
        }
    }
}
