package io.espalier.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A Redis Cluster of real processes on loopback: three masters and three replicas without persistence. */
public final class RedisCluster implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration STEP = Duration.ofSeconds(30);
    private static final int BUS = 10_000; // a node's second port, as Redis counts it

    private final Path folder;
    private final int[] ports;
    private final Process[] processes;
    private final List<String> options;

    private RedisCluster(Path folder, int nodes, List<String> options) {
        this.folder = folder;
        this.ports = freePorts(nodes);
        this.processes = new Process[nodes];
        this.options = List.copyOf(options);
    }

    public static boolean isInstalled() {
        return Files.isExecutable(Path.of("/usr/bin/redis-server"))
                && Files.isExecutable(Path.of("/usr/bin/redis-cli"));
    }

    /**
     * Starts six nodes and waits until they agree.
     *
     * @param options for redis-server, such as "--maxmemory", "64mb"
     */
    public static RedisCluster start(Path folder, String... options) {
        var cluster = new RedisCluster(folder, 6, List.of(options));
        for (int node = 0; node < 6; node++) {
            cluster.startNode(node);
        }
        var create = new ArrayList<>(List.of("redis-cli", "--cluster", "create"));
        for (int port : cluster.ports) {
            create.add("127.0.0.1:" + port);
        }
        create.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
        Ran ran = Ran.of(LIMIT, create.toArray(String[]::new));
        if (ran.status() != 0) {
            cluster.close();
            throw new IllegalStateException(ran.output());
        }
        cluster.awaitWell();
        return cluster;
    }

    /** HOST:PORT of all nodes. */
    public Set<String> nodes() {
        var nodes = new LinkedHashSet<String>();
        for (int port : ports) {
            nodes.add("127.0.0.1:" + port);
        }
        return nodes;
    }

    public int size() {
        return ports.length;
    }

    /** What redis-cli prints when it asks one node. */
    public String ask(int node, String... command) {
        var argv = new ArrayList<>(List.of("timeout", "2", "redis-cli", "-p", String.valueOf(ports[node])));
        argv.addAll(List.of(command));
        return Ran.of(STEP, argv.toArray(String[]::new)).output();
    }

    public boolean isMaster(int node) {
        return ask(node, "ROLE").startsWith("master");
    }

    public List<Integer> masters() {
        var masters = new ArrayList<Integer>();
        for (int node = 0; node < ports.length; node++) {
            if (processes[node].isAlive() && isMaster(node)) {
                masters.add(node);
            }
        }
        return masters;
    }

    /** kill -9. */
    public void kill(int node) {
        Process process = processes[node];
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts a node again with what it remembers of the cluster, and without its data. */
    public void startNode(int node) {
        try {
            Path home = Files.createDirectories(folder.resolve("node" + node));
            var argv = new ArrayList<>(List.of(
                    "redis-server",
                    "--port",
                    String.valueOf(ports[node]),
                    "--bind",
                    "127.0.0.1",
                    "--dir",
                    home.toString(),
                    "--save",
                    "",
                    "--appendonly",
                    "no",
                    "--cluster-enabled",
                    "yes",
                    "--cluster-node-timeout",
                    "1500",
                    "--cluster-require-full-coverage",
                    "no",
                    "--repl-diskless-sync-delay",
                    "0",
                    "--maxmemory-policy",
                    "noeviction"));
            argv.addAll(options);
            processes[node] = new ProcessBuilder(argv)
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Await.until("node " + node + " answers", LIMIT, () -> ask(node, "PING").equals("PONG"));
    }

    /** SIGSTOP: it keeps its connections and says nothing. */
    public void freeze(int node) {
        Ran.of(STEP, "kill", "-STOP", String.valueOf(processes[node].pid()));
    }

    public void thaw(int node) {
        Ran.of(STEP, "kill", "-CONT", String.valueOf(processes[node].pid()));
    }

    public boolean isAlive(int node) {
        return processes[node].isAlive();
    }

    /** Until every node sees all slots served. */
    public void awaitWell() {
        for (int node = 0; node < ports.length; node++) {
            int asked = node;
            Await.until(
                    "node " + node + " sees a whole cluster",
                    LIMIT,
                    () -> ask(asked, "CLUSTER", "INFO").contains("cluster_slots_ok:16384"));
        }
    }

    /** Bytes that the node's data takes, as it counts them. */
    public long usedMemory(int node) {
        return ask(node, "INFO", "memory")
                .lines()
                .filter(line -> line.startsWith("used_memory:"))
                .mapToLong(line -> Long.parseLong(line.substring(12).strip()))
                .findFirst()
                .orElse(0);
    }

    @Override
    public void close() {
        for (Process process : processes) {
            if (process != null) {
                process.destroyForcibly();
            }
        }
    }

    private static int[] freePorts(int count) {
        var seen = new HashSet<Integer>();
        while (seen.size() < count) {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                int port = socket.getLocalPort();
                // The second port must be one, and free too
                if (port < 65_535 - BUS) {
                    new ServerSocket(port + BUS, 1, InetAddress.getLoopbackAddress()).close();
                    seen.add(port);
                }
            } catch (IOException taken) {
                // look on
            }
        }
        return seen.stream().mapToInt(Integer::intValue).toArray();
    }
}
