package io.espalier.bench;

import io.espalier.orchestrator.release.SigningKey;
import io.espalier.testkit.Await;
import io.espalier.testkit.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** 1,000 simulated hosts x 20 files: the plan of nothing and the plan of a change */
public final class ThousandHosts {

    private static final int FILES = 20;
    private static final String ACTIONS = "health:\n  - { exec: \"true\" }\n";
    private static final String HOST_KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private final List<Double> nothings = new ArrayList<>();
    private final List<Double> changes = new ArrayList<>();

    private ThousandHosts() {}

    /** Arguments: how many hosts (1000), how many rounds (5). */
    public static void main(String[] args) throws Exception {
        int count = args.length > 0 ? Integer.parseInt(args[0]) : 1000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 5;
        Path folder = Files.createTempDirectory("espalier-bench-");
        try {
            new ThousandHosts().run(folder, count, rounds);
        } finally {
            Ran.of(Duration.ofMinutes(2), "rm", "-rf", folder.toString());
        }
    }

    private void run(Path folder, int count, int rounds) throws Exception {
        var signingKey = SigningKey.in(folder.resolve("data/keys"));
        Process agents = agents(folder, count, signingKey);
        try {
            for (int i = 1; i <= count; i++) {
                Path socket = SimulatedAgents.socket(folder.resolve("hosts"), "h" + i);
                Await.until(socket + " is there", Duration.ofMinutes(3), () -> Files.exists(socket));
            }
            try (var server = ServerProcess.start(
                    folder,
                    SimulatedServer.class,
                    List.of("-Xmx512m", "-XX:+UseG1GC", "-XX:+UseCompactObjectHeaders"))) {
                var fleet =
                        BenchFleet.write(folder.resolve("clone"), server.gitUrl(), hostsYaml(count), FILES, ACTIONS);
                fleet.commit("The fleet");
                System.out.printf("first rollout to %d hosts: %.2f s%n", count, Timed.seconds(fleet::push));
                for (int round = 1; round <= rounds; round++) {
                    round(fleet, server, round, count);
                }
                report(server, count);
            }
        } catch (Exception e) {
            tail(folder.resolve("server.log"));
            tail(folder.resolve("agents.log"));
            throw e;
        } finally {
            agents.destroyForcibly().waitFor();
        }
    }

    private void round(BenchFleet fleet, ServerProcess server, int round, int count) throws Exception {
        nothings.add(Timed.seconds(() -> expect(server.get("/api/v1/plan"), "\"inSync\":" + count)));
        fleet.level(round);
        fleet.commit("Level " + round);
        changes.add(Timed.seconds(() -> expect(fleet.dryRun(), count + " hosts")));
    }

    private static void expect(String said, String part) {
        if (!said.contains(part)) {
            throw new IllegalStateException(
                    "no \"" + part + "\" in:\n" + said.substring(0, Math.min(said.length(), 2000)));
        }
    }

    private void report(ServerProcess server, int count) throws Exception {
        System.out.printf("%n%d hosts x %d files, orchestrator with 512 MiB of heap%n", count, FILES);
        System.out.println(new Figures("plan of nothing, every file verified", "s", nothings));
        System.out.println(new Figures("plan of a change in every file (dry run)", "s", changes));
        System.out.printf("orchestrator resident memory %34d KiB%n", server.residentMemory());
    }

    private static Process agents(Path folder, int count, SigningKey signingKey) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx2g",
                        "-Xss256k",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SimulatedAgents.class.getName(),
                        folder.resolve("hosts").toString(),
                        String.valueOf(count),
                        Base64.getEncoder()
                                .encodeToString(signingKey.publicKey().getEncoded()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("agents.log").toFile())
                .start();
    }

    private static String hostsYaml(int count) {
        return "\"h[1-%d]\": { address: 192.0.2.1, tier: web, host-key: \"%s\" }%n".formatted(count, HOST_KEY);
    }

    private static void tail(Path file) throws Exception {
        List<String> lines = Files.readAllLines(file);
        lines.subList(Math.max(0, lines.size() - 40), lines.size()).forEach(System.err::println);
    }
}
