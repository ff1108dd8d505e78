package io.espalier.backup.transport;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.backup.server.BackupServerApplication;
import io.espalier.testkit.Await;
import io.espalier.testkit.RedisCluster;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The death matrix: a cluster of six processes, a server process, hosts; each of them dies at sampled moments. No receipt
 * without the object, and everything arrives in the end.
 */
class RedisDeathIT {
    @TempDir
    Path folder;

    private RedisCluster cluster;
    private Process server;
    private String receiptKey = "";
    private Path repository;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(RedisCluster.isInstalled(), "needs redis-server");
        cluster = RedisCluster.start(folder.resolve("redis"), "--maxmemory", "96mb");
        Path home = Files.createDirectory(folder.resolve("server"));
        Files.writeString(
                home.resolve("hosts"),
                TransportContract.HOST + " "
                        + HostKey.ofToken(TransportContract.TOKEN).hex() + "\n");
        repository = home.resolve("repository");
        startServer();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.destroyForcibly();
        }
        if (cluster != null) {
            cluster.close();
        }
    }

    private static Process java(Class<?> main, List<String> arguments) {
        var argv = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        argv.addAll(arguments);
        try {
            return new ProcessBuilder(argv)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startServer() throws IOException {
        server = java(
                BackupServerApplication.class,
                List.of(
                        "--dir",
                        folder.resolve("server").toString(),
                        "--port",
                        "-1",
                        "--redis",
                        String.join(",", cluster.nodes()),
                        "--redis-budget",
                        "12"));
        var lines = new BufferedReader(new InputStreamReader(server.getInputStream(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null && !line.equals("ready"); line = lines.readLine()) {
            if (line.startsWith("receipt key")) {
                receiptKey = line.substring(11).strip();
            }
        }
    }

    private void killServer() {
        server.destroyForcibly();
        Await.until("the server is dead", () -> !server.isAlive());
    }

    private void flushAll() {
        cluster.masters().forEach(node -> cluster.ask(node, "FLUSHALL"));
    }

    private void deleteKeys() {
        for (int node : cluster.masters()) {
            cluster.ask(node, "--scan", "--pattern", "{s:*}:*").lines().forEach(key -> cluster.ask(node, "DEL", key));
        }
    }

    /** Half of a master's slots belong to nobody for a while. */
    private void makeHole(int node) {
        int from = node * 5_461;
        for (int other = 0; other < cluster.size(); other++) {
            cluster.ask(other, "CLUSTER", "DELSLOTSRANGE", String.valueOf(from), String.valueOf(from + 2_700));
        }
    }

    private void fillHole(int node) {
        int from = node * 5_461;
        cluster.ask(node, "CLUSTER", "ADDSLOTSRANGE", String.valueOf(from), String.valueOf(from + 2_700));
        cluster.awaitWell();
    }

    private DeathMatrix matrix() {
        return new DeathMatrix(repository, DeathClient.sink(cluster.nodes(), receiptKey));
    }

    private Process client(long first, int count) {
        return java(
                DeathClient.class,
                List.of(String.join(",", cluster.nodes()), receiptKey, String.valueOf(first), String.valueOf(count)));
    }

    @Test
    void everythingArrivesWhateverDies() throws Exception {
        try (DeathMatrix matrix = matrix()) {
            matrix.survives("hole in the slots", () -> makeHole(0), () -> fillHole(0));
            matrix.survives("FLUSHALL", this::flushAll, () -> {});
            matrix.survives("keys deleted", this::deleteKeys, () -> {});
            matrix.survives("server killed", this::killServer, this::startServer);
            matrix.survivesDeathOfClient(() -> client(1_000_000, 12), 12, 1_000_000);
            int master = cluster.masters().getFirst();
            matrix.survives("master killed", () -> cluster.kill(master), () -> {});
            cluster.startNode(master);
            matrix.end();
            System.out.println("death matrix: 6 deaths, " + matrix.receipts() + " receipts, no lie");
        }
    }

    @Test
    @Tag("long")
    void everythingArrivesThroughRoundsOfRandomDeaths() throws Exception {
        long seed = Long.getLong("espalier.seed", 1);
        var random = new Random(seed);
        int deaths = 0;
        try (DeathMatrix matrix = matrix()) {
            for (int round = 0; round < 40; round++) {
                int death = round < 9 ? round : random.nextInt(9);
                matrix.awaitMore("round " + round, random.nextInt(12));
                List<Integer> masters = cluster.masters();
                int master = masters.get(random.nextInt(masters.size()));
                int any = random.nextInt(cluster.size());
                String what = "seed " + seed + ", round " + round + ", death " + death;
                switch (death) {
                    case 0 -> matrix.survives(what, this::flushAll, () -> {});
                    case 1 -> matrix.survives(what, this::deleteKeys, () -> {});
                    case 2 -> matrix.survives(what, this::killServer, this::startServer);
                    case 3 -> matrix.survives(what, () -> cluster.kill(master), () -> cluster.startNode(master));
                    case 4 -> matrix.survives(what, () -> cluster.freeze(master), () -> {});
                    case 5 -> matrix.survives(what, this::killAll, this::startAll);
                    case 6 -> matrix.survives(what, () -> cluster.kill(any), () -> cluster.startNode(any));
                    case 7 -> {
                        long first = 2_000_000 + 100L * round;
                        matrix.survivesDeathOfClient(() -> client(first, 12), 12, first);
                    }
                    default ->
                        matrix.survives(what, () -> cluster.kill(master), () -> {
                            killServer();
                            cluster.startNode(master);
                            startServer();
                        });
                }
                for (int node = 0; node < cluster.size(); node++) {
                    cluster.thaw(node);
                }
                cluster.awaitWell();
                deaths++;
            }
            matrix.end();
            System.out.println("death matrix: " + deaths + " deaths, " + matrix.receipts() + " receipts, no lie");
        }
    }

    private void killAll() {
        for (int node = 0; node < cluster.size(); node++) {
            cluster.kill(node);
        }
    }

    private void startAll() {
        for (int node = 0; node < cluster.size(); node++) {
            cluster.startNode(node);
        }
        cluster.awaitWell();
    }
}
