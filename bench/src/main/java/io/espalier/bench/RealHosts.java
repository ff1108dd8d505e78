package io.espalier.bench;

import io.espalier.orchestrator.ssh.DeployKey;
import io.espalier.testkit.Await;
import io.espalier.testkit.NetnsHosts;
import io.espalier.testkit.TestHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** Hosts with an OpenSSH server, the deploy user and a running agent each; root may log in with a key of the peer's. */
final class RealHosts implements AutoCloseable {

    private final NetnsHosts hosts;

    private RealHosts(NetnsHosts hosts) {
        this.hosts = hosts;
    }

    static RealHosts start(int count, Path rootKey, DeployKey deployKey, PublicKey orchestrator) throws Exception {
        var hosts = new RealHosts(NetnsHosts.start(
                count, Files.readString(rootKey).strip(), "MaxStartups 500:30:1000", "MaxSessions 100"));
        try (var threads = Executors.newFixedThreadPool(4)) {
            List<Callable<Void>> work = hosts.hosts.all().stream()
                    .<Callable<Void>>map(host -> () -> {
                        install(host, deployKey, orchestrator);
                        return null;
                    })
                    .toList();
            for (Future<Void> one : threads.invokeAll(work)) {
                one.get();
            }
        } catch (Exception e) {
            hosts.close();
            throw e;
        }
        return hosts;
    }

    private static void install(TestHost host, DeployKey deployKey, PublicKey orchestrator) throws IOException {
        host.must("groupadd", "--system", "espalier");
        host.must(
                "useradd",
                "--system",
                "--gid",
                "espalier",
                "--home-dir",
                "/var/lib/espalier-deploy",
                "--create-home",
                "--shell",
                "/bin/sh",
                "espalier");
        host.must("usermod", "-p", "*", "espalier");
        host.must("usermod", "--shell", "/bin/sh", "root"); // a slow profile would be the peer's burden
        host.must("install", "-d", "-o", "espalier", "-g", "espalier", "-m", "700", "/var/lib/espalier-deploy/.ssh");
        write(
                host.path("/var/lib/espalier-deploy/.ssh/authorized_keys"),
                "restrict,port-forwarding " + deployKey.publicLine() + "\n",
                "rw-r--r--");
        host.must("install", "-d", "-m", "755", "/etc/espalier");
        write(
                host.path("/etc/espalier/agent.yaml"),
                "auid: bench-" + host.name() + "\norchestrator-key: "
                        + Base64.getEncoder().encodeToString(orchestrator.getEncoded()) + "\n",
                "rw-------");
        host.must(
                "sh",
                "-c",
                "ESPALIER_NO_BUILD=1 setsid " + System.getenv("ESPALIER_HOME")
                        + "/bin/espalier agent > /var/log/espalier-agent.log 2>&1 < /dev/null &");
    }

    private static void write(Path file, String text, String mode) throws IOException {
        Files.deleteIfExists(file);
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    /** Waits until every agent's socket is there. */
    void awaitAgents() {
        for (TestHost host : all()) {
            Await.until(
                    host.name() + "'s agent listens",
                    Duration.ofMinutes(2),
                    () -> Files.exists(host.path("/run/espalier/agent.sock")));
        }
    }

    List<TestHost> all() {
        return hosts.all();
    }

    String hostsYaml() {
        return all().stream()
                .map(host -> "%s: { address: %s, tier: web, host-key: \"%s\" }%n"
                        .formatted(host.name(), host.address(), host.hostKey()))
                .collect(Collectors.joining());
    }

    @Override
    public void close() {
        hosts.close();
    }
}
