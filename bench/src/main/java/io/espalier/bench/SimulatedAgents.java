package io.espalier.bench;

import io.espalier.agent.AgentApplication;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Many agents in one process, each below a folder of its own: what a fleet costs the orchestrator, without the fleet's
 * own machines in the figure.
 */
final class SimulatedAgents {

    private SimulatedAgents() {}

    /** Arguments: the folder of all roots, how many, the orchestrator's key. */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        int count = Integer.parseInt(args[1]);
        var threads = new ArrayList<Thread>();
        for (int i = 1; i <= count; i++) {
            Path root = root(folder, "h" + i);
            Files.createDirectories(root.resolve("etc/espalier"));
            Files.writeString(root.resolve("etc/espalier/agent.yaml"), """
                    auid: bench-h%d
                    orchestrator-key: %s
                    """.formatted(i, args[2]));
            threads.add(Thread.ofPlatform()
                    .name("agent-h" + i)
                    .start(() -> AgentApplication.main(
                            List.of("--root", root.toString()).toArray(String[]::new))));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    static Path root(Path folder, String host) {
        return folder.resolve(host);
    }

    static Path socket(Path folder, String host) {
        return root(folder, host).resolve("run/espalier/agent.sock");
    }
}
