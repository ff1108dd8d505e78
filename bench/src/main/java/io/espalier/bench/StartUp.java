package io.espalier.bench;

import io.espalier.testkit.Await;
import io.espalier.testkit.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The orchestrator from start to ready, what it holds when idle, and one shell command; with and without AOT caches */
public final class StartUp {

    private static final Map<String, String> WITHOUT_AOT = Map.of("ESPALIER_NO_AOT", "1");

    private final List<Double> starts = new ArrayList<>();
    private final List<Double> plainStarts = new ArrayList<>();
    private final List<Double> commands = new ArrayList<>();
    private final List<Double> plainCommands = new ArrayList<>();
    private final List<Double> resident = new ArrayList<>();
    private final List<Double> idle = new ArrayList<>();

    private StartUp() {}

    /** Arguments: how many rounds (5), how many seconds to watch an idle orchestrator (20). */
    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        int watch = args.length > 1 ? Integer.parseInt(args[1]) : 20;
        Path folder = Files.createTempDirectory("espalier-bench-");
        try {
            var bench = new StartUp();
            train(folder.resolve("training"));
            for (int round = 1; round <= rounds; round++) {
                bench.round(folder.resolve("aot" + round), round == rounds ? watch : 0, Map.of());
                bench.round(folder.resolve("plain" + round), 0, WITHOUT_AOT);
            }
            bench.report();
        } finally {
            Ran.of(Duration.ofMinutes(1), "rm", "-rf", folder.toString());
        }
    }

    /** The launcher makes the orchestrator's cache behind the back of the first one that runs long enough. */
    private static void train(Path folder) throws Exception {
        Files.createDirectories(folder);
        Path caches = Path.of(System.getenv("ESPALIER_HOME"), "target", "aot");
        try (var server = ServerProcess.start(folder)) {
            status(server, Map.of());
            Await.until("the orchestrator's AOT cache is made", Duration.ofMinutes(3), () -> {
                Path build = Path.of(System.getenv("ESPALIER_HOME"), "target", "app", "current");
                try (var files =
                        Files.newDirectoryStream(caches, Files.readString(build).strip() + "-orchestrator-*.aot")) {
                    return files.iterator().hasNext();
                } catch (IOException e) {
                    return false;
                }
            });
        }
    }

    private void round(Path folder, int watch, Map<String, String> environment) throws Exception {
        Files.createDirectories(folder);
        long started = System.nanoTime();
        try (var server = ServerProcess.start(folder, environment)) {
            (environment.isEmpty() ? starts : plainStarts).add((System.nanoTime() - started) / 1e9);
            for (int i = 0; i < 4; i++) {
                double seconds = Timed.seconds(() -> status(server, environment));
                if (i > 0) { // the first finds cold files
                    (environment.isEmpty() ? commands : plainCommands).add(seconds);
                }
            }
            if (watch > 0) {
                long before = server.processorTicks();
                Thread.sleep(Duration.ofSeconds(watch));
                idle.add((server.processorTicks() - before) / (double) watch); // 100 ticks a second: so a percentage
                resident.add(server.residentMemory() / 1024.0);
            }
        }
    }

    private static void status(ServerProcess server, Map<String, String> environment) {
        var command = new ArrayList<>(List.of("env", "ESPALIER_NO_BUILD=1"));
        environment.forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(List.of(
                System.getenv("ESPALIER_HOME") + "/bin/espalier",
                "status",
                "--url",
                server.url(),
                "--token",
                ServerProcess.TOKEN));
        Ran ran = Ran.of(Duration.ofSeconds(30), command.toArray(String[]::new));
        if (ran.status() != 0) {
            throw new IllegalStateException("status ended with " + ran.status() + ":\n" + ran.output());
        }
    }

    private void report() {
        var start = new Figures("orchestrator: start to ready, AOT cache", "s", starts);
        var plainStart = new Figures("orchestrator: start to ready, none", "s", plainStarts);
        var command = new Figures("espalier status, AOT cache", "s", commands);
        var plainCommand = new Figures("espalier status, none", "s", plainCommands);
        System.out.println(start);
        System.out.println(plainStart);
        System.out.println(command);
        System.out.println(plainCommand);
        System.out.println(new Figures("orchestrator: resident memory, idle", "MiB", resident));
        System.out.println(new Figures("orchestrator: CPU, idle", "%", idle));
        System.out.printf(
                Locale.ROOT,
                "ratio: AOT starts %.1f times faster, a command %.1f times faster%n",
                plainStart.median() / start.median(),
                plainCommand.median() / command.median());
    }
}
