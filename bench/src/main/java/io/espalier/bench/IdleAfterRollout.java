package io.espalier.bench;

import io.espalier.orchestrator.release.SigningKey;
import io.espalier.orchestrator.ssh.DeployKey;
import io.espalier.testkit.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** what the orchestrator holds when idle, before and after rollouts to 50 real hosts */
public final class IdleAfterRollout {

    private static final int FILES = 10;
    private static final String ACTIONS = "health:\n  - { tcp: \"127.0.0.1:22\" }\n";
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int SAMPLE_SECONDS = 15;

    private final ServerProcess server;
    private final List<Double> changes = new ArrayList<>();

    private IdleAfterRollout(ServerProcess server) {
        this.server = server;
    }

    /** Arguments: how many hosts (50), how many changes (6), seconds of idling (120), {@code live} for a histogram. */
    public static void main(String[] args) throws Exception {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 50;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 6;
        int idle = args.length > 2 ? Integer.parseInt(args[2]) : 120;
        boolean isLiveWanted = args.length > 3 && args[3].equals("live");
        Path folder = Files.createTempDirectory("espalier-bench-");
        try {
            run(folder, count, rounds, idle, isLiveWanted);
        } finally {
            Ran.of(LIMIT, "rm", "-rf", folder.toString());
        }
    }

    private static void run(Path folder, int count, int rounds, int idle, boolean isLiveWanted) throws Exception {
        Path keys = folder.resolve("data/keys");
        var deployKey = DeployKey.in(keys);
        var signingKey = SigningKey.in(keys);
        Path rootKey = folder.resolve("root_ed25519");
        Ran.of(LIMIT, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", rootKey.toString());
        try (var hosts = RealHosts.start(count, Path.of(rootKey + ".pub"), deployKey, signingKey.publicKey())) {
            hosts.awaitAgents();
            try (var server = ServerProcess.start(folder)) {
                var bench = new IdleAfterRollout(server);
                bench.idle("fresh", idle / 2);
                var fleet =
                        BenchFleet.write(folder.resolve("clone"), server.gitUrl(), hosts.hostsYaml(), FILES, ACTIONS);
                fleet.commit("The fleet");
                System.out.printf(Locale.ROOT, "first rollout: %.2f s%n", Timed.seconds(fleet::push));
                for (int round = 1; round <= rounds; round++) {
                    fleet.level(round);
                    fleet.commit("Level " + round);
                    bench.changes.add(Timed.seconds(fleet::push));
                }
                bench.memory("after the last of %d rollouts".formatted(rounds + 1));
                long before = server.processorTicks();
                bench.idle("idle", idle);
                System.out.printf(
                        Locale.ROOT,
                        "of a core while idle %40.1f %%%n",
                        (server.processorTicks() - before) / (double) idle);
                System.out.println(new Figures("push to healthy on all, a change", "s", bench.changes));
                System.out.printf(
                        Locale.ROOT, "processor time of the orchestrator %26.1f s%n", server.processorTicks() / 100.0);
                if (isLiveWanted) {
                    bench.live();
                }
            }
        }
    }

    /** Every so often what it holds, until the time is over. */
    private void idle(String name, int seconds) throws IOException, InterruptedException {
        long began = System.nanoTime();
        for (int at = SAMPLE_SECONDS; at <= seconds; at += SAMPLE_SECONDS) {
            TimeUnit.NANOSECONDS.sleep(began + TimeUnit.SECONDS.toNanos(at) - System.nanoTime());
            memory(name + " for " + at + " s");
        }
    }

    private void memory(String when) throws IOException {
        System.out.printf(Locale.ROOT, "%-40s %7.0f MiB resident%n", when, server.residentMemory() / 1024.0);
    }

    /** Collects, then lists the classes that hold most, and what the C library and the JVM hold. */
    private void live() throws IOException {
        String pid = String.valueOf(server.pid());
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        for (List<String> question : List.of(
                List.of("GC.heap_info"),
                List.of("GC.class_histogram"),
                List.of("GC.heap_info"),
                List.of("VM.metaspace", "basic"),
                List.of("Compiler.codecache"),
                List.of("VM.native_memory", "summary"))) {
            var command = new ArrayList<>(List.of(jcmd.toString(), pid));
            command.addAll(question);
            String said = Ran.of(LIMIT, command.toArray(String[]::new)).output();
            said.lines()
                    .limit(question.getFirst().startsWith("VM.native") ? 120 : 45)
                    .forEach(System.out::println);
        }
        memory("after a full collection");
    }
}
