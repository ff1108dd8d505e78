package io.espalier.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/** A Redis Cluster of real processes on loopback: three masters and three replicas without persistence. */
public final class RedisCluster implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int NODES = 6;

    private final List<RedisServer> servers = new ArrayList<>();

    private RedisCluster() {}

    public static boolean isInstalled() {
        return RedisServer.isInstalled();
    }

    /**
     * Starts six nodes and waits until they agree.
     *
     * @param options for redis-server, such as "--maxmemory", "64mb"; the last of two equal ones holds
     */
    public static RedisCluster start(Path folder, String... options) {
        var all = new ArrayList<>(List.of(
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
        all.addAll(List.of(options));
        var cluster = new RedisCluster();
        int[] ports = RedisServer.freePorts(NODES);
        for (int node = 0; node < NODES; node++) {
            cluster.servers.add(RedisServer.begin(folder.resolve("node" + node), ports[node], all));
        }
        try {
            cluster.join();
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private void join() {
        servers.forEach(RedisServer::awaitPing);
        var create = new ArrayList<>(List.of("redis-cli", "--cluster", "create"));
        create.addAll(nodes());
        create.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
        Ran ran = Ran.of(LIMIT, create.toArray(String[]::new));
        if (ran.status() != 0) {
            throw new IllegalStateException(ran.output());
        }
        awaitWell();
    }

    /** HOST:PORT of all nodes. */
    public Set<String> nodes() {
        var nodes = new LinkedHashSet<String>();
        servers.forEach(server -> nodes.add(server.address()));
        return nodes;
    }

    public int size() {
        return servers.size();
    }

    public RedisServer server(int node) {
        return servers.get(node);
    }

    /** What redis-cli prints when it asks one node. */
    public String ask(int node, String... command) {
        return servers.get(node).ask(command);
    }

    public boolean isMaster(int node) {
        return ask(node, "ROLE").startsWith("master");
    }

    public List<Integer> masters() {
        return IntStream.range(0, size())
                .filter(node -> isAlive(node) && isMaster(node))
                .boxed()
                .toList();
    }

    /** kill -9. */
    public void kill(int node) {
        servers.get(node).kill();
    }

    /** Starts a node again with what it remembers of the cluster, and without its data. */
    public void startNode(int node) {
        servers.get(node).startAgain();
    }

    /** SIGSTOP: it keeps its connections and says nothing. */
    public void freeze(int node) {
        servers.get(node).freeze();
    }

    public void thaw(int node) {
        servers.get(node).thaw();
    }

    public boolean isAlive(int node) {
        return servers.get(node).isAlive();
    }

    /** Until every node serves, sees all slots served, and follows its master if it has one. */
    public void awaitWell() {
        for (int node = 0; node < size(); node++) {
            int asked = node;
            Await.until("node " + node + " sees a whole cluster", LIMIT, () -> {
                String info = ask(asked, "CLUSTER", "INFO");
                return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:16384");
            });
            Await.until(
                    "node " + node + " is a master or follows one",
                    LIMIT,
                    () -> !ask(asked, "INFO", "replication").contains("master_link_status:down"));
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
        servers.forEach(RedisServer::close);
    }
}
