package io.espalier.httpdns.redis;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the shared cache is and how long anybody waits for it.
 *
 * @param nodes {@code host:port} each; of a cluster some are enough
 * @param cluster true for a Redis Cluster, false for a single server, the first of the nodes
 * @param user null for the default user
 * @param password null for none; never printed
 * @param tls whether to speak TLS and check the server's name
 * @param leash how long a look-up may take, 30 to 50 ms for a machine near by
 * @param connections a node, for look-ups; a few more for writes
 * @param writes that may wait; more are dropped
 */
public record RedisSettings(
        List<String> nodes,
        boolean cluster,
        @Nullable String user,
        @Nullable String password,
        boolean tls,
        Duration leash,
        int connections,
        int writes) {
    public RedisSettings {
        nodes = List.copyOf(nodes);
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("nodes: none (expected: host:port)");
        }
        if (leash.toMillis() < 1 || leash.toMillis() > 1000) {
            throw new IllegalArgumentException("leash: " + leash + " (expected: 1 to 1000 ms)");
        }
    }

    /** Without password or TLS, on a leash of 40 ms, 16 connections a node, 4,096 waiting writes. */
    public static RedisSettings of(List<String> nodes, boolean cluster) {
        return new RedisSettings(nodes, cluster, null, null, false, Duration.ofMillis(40), 16, 4096);
    }

    @Override
    public String toString() {
        return (cluster ? "cluster " : "server ") + nodes;
    }
}
