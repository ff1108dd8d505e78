package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.host.LocalLinks;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.protocol.HostName;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One real agent process for each host of a fleet, each below a folder of its own, and links to their sockets. */
final class AgentFleet implements AutoCloseable {

    private static final LinkLimits LIMITS =
            new LinkLimits(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(60));

    private final Path folder;
    private final List<Process> agents = new ArrayList<>();
    private final LocalLinks links;

    AgentFleet(Path folder, ModelFleet fleet) throws IOException {
        this.folder = folder;
        this.links = connect();
        for (HostName host : fleet.hosts.keySet()) {
            Path config =
                    Files.createDirectories(root(host).resolve("etc/espalier")).resolve("agent.yaml");
            String key =
                    Base64.getEncoder().encodeToString(House.KEY.getPublic().getEncoded());
            Files.writeString(config, "auid: " + fleet.auid(host).orElseThrow() + "\norchestrator-key: " + key + "\n");
            agents.add(start(host));
        }
        fleet.hosts.keySet().forEach(host -> Await.until(host + " listens", () -> Files.exists(socket(folder, host))));
    }

    private Process start(HostName host) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-Xmx48m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.espalier.agent.AgentApplication",
                        "--root",
                        root(host).toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(host + ".log").toFile())
                .start();
    }

    /** For as long as this fleet is there. */
    Links links() {
        return links;
    }

    /** Links with connections of their own, which end when they are closed, as those of a killed process do. */
    LocalLinks connect() {
        return connect(folder);
    }

    /** To the agents below {@code folder}, which another process may have started. */
    static LocalLinks connect(Path folder) {
        return new LocalLinks(host -> socket(folder, host.name()), (_, _) -> {}, LIMITS, new Traffic());
    }

    Path root(HostName host) {
        return folder.resolve(host.value());
    }

    private static Path socket(Path folder, HostName host) {
        return folder.resolve(host.value()).resolve("run/espalier/agent.sock");
    }

    String read(String host, String path) throws IOException {
        return Files.readString(root(new HostName(host)).resolve(path.substring(1)));
    }

    @Override
    public void close() {
        links.close();
        for (Process agent : agents) {
            agent.destroyForcibly();
        }
        for (Process agent : agents) {
            try {
                agent.waitFor(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
