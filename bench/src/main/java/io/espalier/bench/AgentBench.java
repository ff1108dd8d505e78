package io.espalier.bench;

import io.espalier.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An idle agent's start, memory and processor time (args: --rounds 5 --idle 30 --image PROGRAM --dir DIR). */
public final class AgentBench {

    private static final Duration LONG = Duration.ofMinutes(3);

    private AgentBench() {}

    /** A way to start something. */
    private record Way(String name, List<String> argv, Map<String, String> environment, boolean isAgent) {}

    public static void main(String[] args) throws Exception {
        if (args.length == 1 && args[0].equals("--floor")) { // the least that a JVM can be
            System.out.println("ready");
            Thread.sleep(Duration.ofHours(1));
            return;
        }
        int rounds = 5;
        int idle = 30;
        String image = "";
        Path folder = Path.of("/tmp");
        for (int i = 0; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--rounds" -> rounds = Integer.parseInt(args[i + 1]);
                case "--idle" -> idle = Integer.parseInt(args[i + 1]);
                case "--image" -> image = args[i + 1];
                case "--dir" -> folder = Path.of(args[i + 1]);
                default -> throw new IllegalArgumentException("unknown argument: " + args[i]);
            }
        }
        String home = System.getenv("ESPALIER_HOME");
        Path cache = folder.resolve("aot");
        var ways = List.of(
                new Way("agent, bin/espalier", List.of(home + "/bin/espalier", "agent"), Map.of(), true),
                new Way("agent, image", List.of(image), Map.of("ESPALIER_AGENT_CACHE", cache.toString()), true),
                new Way("floor: a JVM that prints a line and sleeps", floor(), Map.of(), false));
        warmUp(ways, folder);
        for (Way way : ways) {
            measure(way, folder, rounds, idle);
        }
    }

    private static List<String> floor() {
        return List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-Xmx24m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path").split(":", 2)[0],
                AgentBench.class.getName(),
                "--floor");
    }

    /** An agent has its AOT cache made some time after its first start; that is waited for. */
    private static void warmUp(List<Way> ways, Path folder) throws IOException {
        for (Way way : ways) {
            if (way.isAgent()) {
                Instant began = Instant.now();
                try (var agent = IdleProcess.agent(root(folder), way.argv(), way.environment())) {
                    if (!agent.commandLine().contains("-XX:AOTCache=")) {
                        Await.until("the AOT cache of " + way.name(), LONG, () -> hasCache(way, began));
                    }
                }
            }
        }
    }

    private static boolean hasCache(Way way, Instant since) throws IOException {
        String own = way.environment().get("ESPALIER_AGENT_CACHE");
        Path made = own == null ? Path.of(System.getenv("ESPALIER_HOME"), "target/aot") : Path.of(own);
        try (var files = Files.list(made)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".aot")
                        && (own != null || name.contains("-agent-"))
                        && Files.getLastModifiedTime(file).toInstant().isAfter(since)) {
                    return true;
                }
            }
            return false;
        }
    }

    private static void measure(Way way, Path folder, int rounds, int idle) throws Exception {
        var starts = new ArrayList<Double>();
        for (int i = 0; i < rounds; i++) {
            try (IdleProcess process = start(way, folder)) {
                starts.add(process.startSeconds());
            }
        }
        System.out.println(new Figures(way.name() + ", start to ready", "s ", starts));
        try (IdleProcess process = start(way, folder)) {
            if (way.isAgent()) {
                process.applyFiles(20);
            }
            double before = process.processorSeconds();
            Thread.sleep(Duration.ofSeconds(idle));
            double used = process.processorSeconds() - before;
            System.out.printf(
                    Locale.ROOT,
                    "%-44s %9.1f MiB RSS, %.2f %% of a core over %d s idle%s%n",
                    "",
                    process.residentMemory() / 1024.0,
                    100 * used / idle,
                    idle,
                    way.isAgent() ? ", holding 20 files" : "");
        }
    }

    private static IdleProcess start(Way way, Path folder) throws IOException {
        return way.isAgent()
                ? IdleProcess.agent(root(folder), way.argv(), way.environment())
                : IdleProcess.floor(way.argv());
    }

    private static Path root(Path folder) throws IOException {
        return Files.createTempDirectory(folder, "host");
    }
}
