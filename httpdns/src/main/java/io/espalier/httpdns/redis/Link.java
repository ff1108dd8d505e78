package io.espalier.httpdns.redis;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A client of one server or of a cluster, and which shard a key is on. */
final class Link implements AutoCloseable {
    static {
        // without it a cluster with slots that nobody serves would not be used for those that somebody does
        System.setProperty(RedisClusterClient.INIT_NO_ERROR_PROPERTY, "");
    }

    final UnifiedJedis client;
    private final String single;
    private final @Nullable ClusterConnectionProvider cluster;

    private Link(UnifiedJedis client, String single, @Nullable ClusterConnectionProvider cluster) {
        this.client = client;
        this.single = single;
        this.cluster = cluster;
    }

    /** May wait for connections: not for whoever waits for an answer. */
    static Link to(RedisSettings settings) {
        var nodes = settings.nodes().stream().map(HostAndPort::from).toList();
        var config = config(settings);
        var pool = pool(settings);
        return settings.cluster() ? cluster(nodes, config, pool) : single(nodes.getFirst(), config, pool);
    }

    private static Link single(HostAndPort node, JedisClientConfig config, ConnectionPoolConfig pool) {
        var client = RedisClient.builder()
                .hostAndPort(node)
                .clientConfig(config)
                .poolConfig(pool)
                .build();
        return new Link(client, node.toString(), null);
    }

    private static Link cluster(List<HostAndPort> nodes, JedisClientConfig config, ConnectionPoolConfig pool) {
        var provider = new ClusterConnectionProvider(new HashSet<>(nodes), config, pool);
        var client = RedisClusterClient.builder()
                .nodes(new HashSet<>(nodes))
                .clientConfig(config)
                .poolConfig(pool)
                .connectionProvider(provider)
                .maxAttempts(2) // one for a shard that moved
                .maxTotalRetriesDuration(Duration.ofMillis(config.getSocketTimeoutMillis()))
                .build();
        return new Link(client, "", provider);
    }

    private static JedisClientConfig config(RedisSettings settings) {
        var leash = (int) settings.leash().toMillis();
        var config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(leash)
                .socketTimeoutMillis(leash)
                .clientName("espalier-httpdns");
        if (settings.tls()) {
            config.sslOptions(SslOptions.defaults());
        }
        if (settings.user() != null) {
            config.user(settings.user());
        }
        if (settings.password() != null) {
            config.password(settings.password());
        }
        return config.build();
    }

    private static ConnectionPoolConfig pool(RedisSettings settings) {
        var pool = new ConnectionPoolConfig();
        pool.setMaxTotal(settings.connections() + Writes.THREADS);
        pool.setMaxIdle(settings.connections() + Writes.THREADS);
        pool.setMaxWait(settings.leash().dividedBy(2));
        pool.setJmxEnabled(false);
        return pool;
    }

    /** The node that serves a key, as far as is known; null if none does. */
    @Nullable
    String shard(byte[] key) {
        if (cluster == null) {
            return single;
        }
        var node = cluster.getNode(JedisClusterCRC16.getSlot(key));
        return node == null ? null : node.toString();
    }

    /** Asks the cluster who serves what now. */
    void refresh() {
        if (cluster != null) {
            cluster.renewSlotCache();
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
