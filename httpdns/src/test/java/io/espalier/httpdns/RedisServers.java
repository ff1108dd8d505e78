package io.espalier.httpdns;

import io.espalier.httpdns.redis.RedisSettings;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** Real redis-server processes on loopback, one alone or a cluster of three masters with a replica each. */
public final class RedisServers implements AutoCloseable {
    private static final Path BINARY = Path.of("/usr/bin/redis-server");
    private static final int SLOTS = 16_384;

    private final Path folder;
    private final boolean cluster;
    private final List<Integer> ports = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();

    private RedisServers(Path folder, boolean cluster) {
        this.folder = folder;
        this.cluster = cluster;
    }

    public static boolean isInstalled() {
        return Files.isExecutable(BINARY);
    }

    public static RedisServers single(Path folder) {
        var servers = new RedisServers(folder, false);
        servers.ports.add(freePort());
        servers.processes.add(servers.start(0));
        servers.awaitPing(0);
        return servers;
    }

    /** Members 0 to 2 are masters, member 3 + n replicates n. */
    public static RedisServers cluster(Path folder) {
        var servers = new RedisServers(folder, true);
        for (var i = 0; i < 6; i++) {
            servers.ports.add(freePort());
            servers.processes.add(servers.start(i));
        }
        for (var i = 0; i < 6; i++) {
            servers.awaitPing(i);
        }
        servers.join();
        return servers;
    }

    /** Below the ephemeral ports, so that the cluster bus, 10000 above, is a port too. */
    private static int freePort() {
        for (var i = 0; i < 200; i++) {
            var port = 20_000 + (int) (Math.random() * 8_000);
            try (var one = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    var bus = new ServerSocket(port + 10_000, 1, InetAddress.getLoopbackAddress())) {
                return Math.min(one.getLocalPort(), bus.getLocalPort());
            } catch (IOException e) {
                // another
            }
        }
        throw new IllegalStateException("no free port");
    }

    private Process start(int member) {
        var port = String.valueOf(ports.get(member));
        var home = folder.resolve("redis-" + port);
        var command = new ArrayList<>(List.of(
                BINARY.toString(),
                "--port",
                port,
                "--bind",
                "127.0.0.1",
                "--dir",
                home.toString(),
                "--save",
                "",
                "--appendonly",
                "no",
                "--maxmemory",
                "64mb",
                "--maxmemory-policy",
                "volatile-ttl"));
        if (cluster) {
            command.addAll(List.of(
                    "--cluster-enabled",
                    "yes",
                    "--cluster-node-timeout",
                    "1000",
                    "--cluster-require-full-coverage",
                    "no",
                    "--cluster-allow-reads-when-down",
                    "yes"));
        }
        try {
            Files.createDirectories(home);
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(home.resolve("log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitPing(int member) {
        Await.until("redis " + member + " answers", () -> {
            try (var jedis = admin(member)) {
                return "PONG".equals(jedis.ping());
            }
        });
    }

    private void join() {
        for (var i = 0; i < 3; i++) {
            try (var jedis = admin(i)) {
                var from = SLOTS * i / 3;
                var to = SLOTS * (i + 1) / 3;
                var slots = new int[to - from];
                for (var slot = from; slot < to; slot++) {
                    slots[slot - from] = slot;
                }
                jedis.clusterAddSlots(slots);
            }
        }
        for (var i = 1; i < 6; i++) {
            try (var jedis = admin(i)) {
                jedis.clusterMeet("127.0.0.1", ports.getFirst());
            }
        }
        for (var i = 0; i < 6; i++) {
            var member = i;
            Await.until("all know each other", () -> {
                try (var jedis = admin(member)) {
                    return jedis.clusterNodes()
                                    .lines()
                                    .filter(line -> !line.contains("handshake"))
                                    .count()
                            == 6;
                }
            });
        }
        for (var i = 0; i < 3; i++) {
            String master;
            try (var jedis = admin(i)) {
                master = jedis.clusterMyId();
            }
            var replica = i + 3;
            Await.until("a replica follows", () -> {
                try (var jedis = admin(replica)) {
                    return "OK".equals(jedis.clusterReplicate(master));
                }
            });
        }
        for (var i = 0; i < 6; i++) {
            var member = i;
            Await.until("the cluster is complete", () -> {
                try (var jedis = admin(member)) {
                    return jedis.clusterInfo().contains("cluster_state:ok")
                            && jedis.clusterNodes()
                                            .lines()
                                            .filter(line -> line.contains("slave"))
                                            .count()
                                    == 3
                            && (member < 3 || jedis.info("replication").contains("master_link_status:up"));
                }
            });
        }
    }

    /** For the test's own commands to one member. */
    public Jedis admin(int member) {
        return new Jedis("127.0.0.1", ports.get(member), 1000);
    }

    public RedisSettings settings() {
        return RedisSettings.of(ports.stream().map(port -> "127.0.0.1:" + port).toList(), cluster);
    }

    /** The member that serves a slot now, as far as the members know. */
    public int memberOf(int slot) {
        for (var i = 0; i < ports.size(); i++) {
            if (!processes.get(i).isAlive()) {
                continue;
            }
            try (var jedis = admin(i)) {
                for (var line : jedis.clusterNodes().lines().toList()) {
                    var fields = line.split(" ");
                    if (!fields[2].contains("fail") && serves(fields, slot)) {
                        return ports.indexOf(Integer.valueOf(fields[1].replaceAll(".*:(\\d+)@.*", "$1")));
                    }
                }
            } catch (JedisException e) {
                // another
            }
        }
        throw new IllegalStateException("nobody serves slot " + slot);
    }

    private static boolean serves(String[] fields, int slot) {
        for (var i = 8; i < fields.length; i++) {
            if (fields[i].matches("\\d+(-\\d+)?")) {
                var range = fields[i].split("-", 2);
                if (Integer.parseInt(range[0]) <= slot && slot <= Integer.parseInt(range[range.length - 1])) {
                    return true;
                }
            }
        }
        return false;
    }

    public void kill(int member) {
        processes.get(member).destroyForcibly().onExit().join();
    }

    /** Stops and continues without the process's knowing. */
    public void signal(int member, String signal) throws IOException, InterruptedException {
        var kill = new ProcessBuilder(
                        "kill",
                        "-" + signal,
                        String.valueOf(processes.get(member).pid()))
                .start();
        if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IllegalStateException("kill -" + signal + " failed");
        }
    }

    public int count() {
        return ports.size();
    }

    @Override
    public void close() {
        for (var each : processes) {
            each.destroyForcibly();
        }
        for (var each : processes) {
            each.onExit()
                    .orTimeout(Duration.ofSeconds(10).toSeconds(), TimeUnit.SECONDS)
                    .join();
        }
    }
}
