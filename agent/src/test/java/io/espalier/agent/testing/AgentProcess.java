package io.espalier.agent.testing;

import io.espalier.agent.AgentApplication;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real agent in a process of its own, below a folder. */
public final class AgentProcess implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(30);

    private final Path root;
    private final Process process;

    private AgentProcess(Path root, Process process) {
        this.root = root;
        this.process = process;
    }

    /** Writes the configuration, with more {@code lines} at its end. */
    public static void configure(Path root, Orchestrator orchestrator, String... lines) throws IOException {
        Path config = root.resolve("etc/espalier/agent.yaml");
        Files.createDirectories(config.getParent());
        // Unless it is what a test is about, an agent writes nothing on its own
        String report = List.of(lines).stream().anyMatch(line -> line.startsWith("report:"))
                ? ""
                : "report: { sysinfo: 0s, service: 0s }\n";
        Files.writeString(
                config,
                report + "auid: " + Orchestrator.AUID + "\norchestrator-key: " + orchestrator.publicKey() + "\n"
                        + String.join("\n", lines) + "\n");
    }

    /** Starts an agent, with {@code prefix} before its command line, and waits until it listens. */
    public static AgentProcess start(Path root, String... prefix) throws IOException {
        AgentProcess agent = launch(root, prefix);
        if (!agent.comesUp()) {
            throw new IOException("the agent did not start: " + agent.log());
        }
        return agent;
    }

    /** Waits until it listens or has ended, and says which. */
    public boolean comesUp() {
        Await.until("the agent listens", START, () -> isListening() || !process.isAlive());
        return process.isAlive();
    }

    public static AgentProcess launch(Path root, String... prefix) throws IOException {
        Files.deleteIfExists(socket(root));
        return launchBeside(root, prefix);
    }

    /** Starts an agent where another may run. */
    public static AgentProcess launchBeside(Path root, String... prefix) throws IOException {
        var argv = new ArrayList<String>(List.of(prefix));
        argv.addAll(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-Xmx24m",
                "-Xss256k",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseCompactObjectHeaders",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                AgentApplication.class.getName(),
                "--root",
                root.toString()));
        Process process = new ProcessBuilder(argv)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(root).toFile()))
                .start();
        return new AgentProcess(root, process);
    }

    private static Path log(Path root) {
        return root.resolveSibling(root.getFileName() + ".log");
    }

    public String log() throws IOException {
        return Files.readString(log(root));
    }

    private static Path socket(Path root) {
        return root.resolve("run/espalier/agent.sock");
    }

    public Path socket() {
        return socket(root);
    }

    private boolean isListening() {
        try (var connection = new Orchestrator.Connection(socket())) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    public Process process() {
        return process;
    }

    public Orchestrator.Connection connect() throws IOException {
        return Orchestrator.Connection.to(socket());
    }

    /** SIGKILL. */
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
