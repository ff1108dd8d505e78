package io.espalier.backup.transport;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.params.XAddParams;
import redis.clients.jedis.params.XReadParams;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * The few commands of a Redis Cluster that the transport uses, all of Redis 5. Whatever Redis or the client does not do
 * is one exception, after a bounded time; a client that fails again and again is thrown away and made anew from the first
 * nodes, since its map of the cluster may be of a cluster that is gone. Safe for all threads.
 */
public final class RedisBus implements AutoCloseable {
    private static final byte[] FIELD = {'f'};
    private static final int FAILURES = 3;
    private static final Duration REBUILD = Duration.ofSeconds(1);

    static {
        // Slots may be missing for a while; the others shall go on.
        if (System.getProperty(RedisClusterClient.INIT_NO_ERROR_PROPERTY) == null) {
            System.setProperty(RedisClusterClient.INIT_NO_ERROR_PROPERTY, "true");
        }
    }

    private final Settings settings;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile @Nullable RedisClusterClient client;
    private long rebuilt = System.nanoTime() - REBUILD.toNanos();
    private boolean isClosed;

    /**
     * @param nodes some of the cluster, as HOST:PORT
     * @param user and password; empty: none
     * @param timeout of a connection and of a command
     * @param connections to each node at most
     */
    public record Settings(
            Set<String> nodes,
            Optional<String> user,
            Optional<String> password,
            boolean tls,
            Duration timeout,
            int connections) {
        public Settings {
            nodes = Set.copyOf(nodes);
            nodes.forEach(node -> {
                if (!node.matches("[^:]+:\\d{1,5}")) {
                    throw new IllegalArgumentException("redis: \"" + node + "\" (expected: HOST:PORT)");
                }
            });
        }

        public static Settings of(Set<String> nodes) {
            return new Settings(nodes, Optional.empty(), Optional.empty(), false, Duration.ofSeconds(2), 32);
        }

        @Override
        public String toString() {
            return "redis " + nodes;
        }
    }

    public RedisBus(Settings settings) {
        this.settings = settings;
    }

    /** An entry of a stream. */
    public record Entry(StreamEntryID id, ByteBuffer bytes) {}

    /** Adds an entry, and gives its id. */
    public StreamEntryID add(String stream, byte[] bytes) throws BusException {
        return run(redis -> new StreamEntryID(new String(
                redis.xadd(key(stream), XAddParams.xAddParams(), Map.of(FIELD, bytes)), StandardCharsets.US_ASCII)));
    }

    /** Entries behind {@code after}, at most {@code count}; waits up to {@code block} for the first. */
    public List<Entry> read(String stream, StreamEntryID after, int count, Duration block) throws BusException {
        XReadParams params = XReadParams.xReadParams().count(count);
        if (block.isPositive()) {
            params.block((int) block.toMillis());
        }
        return run(redis -> {
            var streams = redis.xreadBinary(params, Map.of(key(stream), after));
            if (streams == null || streams.isEmpty()) {
                return List.of();
            }
            return streams.getFirst().getValue().stream()
                    .map(entry -> new Entry(
                            entry.getID(),
                            ByteBuffer.wrap(entry.getFields().values().stream()
                                    .findFirst()
                                    .orElse(new byte[0]))))
                    .toList();
        });
    }

    public void delete(String stream, List<StreamEntryID> ids) throws BusException {
        if (!ids.isEmpty()) {
            byte[][] all = ids.stream()
                    .map(id -> id.toString().getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new);
            run(redis -> redis.xdel(key(stream), all));
        }
    }

    public void unlink(String name) throws BusException {
        run(redis -> redis.unlink(key(name)));
    }

    public void expire(String name, Duration after) throws BusException {
        run(redis -> redis.expire(key(name), after.toSeconds()));
    }

    /** True if the name was free, or is {@code owner}'s already. */
    public boolean claim(String name, String owner, Duration lease) throws BusException {
        byte[] value = owner.getBytes(StandardCharsets.UTF_8);
        return run(redis -> {
            var params = SetParams.setParams().nx().px(lease.toMillis());
            return redis.set(key(name), value, params) != null || java.util.Arrays.equals(redis.get(key(name)), value);
        });
    }

    /** The slot that a key belongs to. */
    public static int slot(String key) {
        return JedisClusterCRC16.getSlot(key);
    }

    /** Where the masters are, by the first slot of each of their ranges. */
    public java.util.NavigableMap<Integer, String> masters() throws BusException {
        return run(redis -> {
            var masters = new java.util.TreeMap<Integer, String>();
            Object answer = redis.executeCommand(new CommandArguments(Protocol.Command.CLUSTER).add("SLOTS"));
            if (answer instanceof List<?> ranges) {
                for (Object range : ranges) {
                    if (range instanceof List<?> fields
                            && fields.get(0) instanceof Long from
                            && fields.get(2) instanceof List<?> master
                            && master.get(0) instanceof byte[] host
                            && master.get(1) instanceof Long port) {
                        masters.put(from.intValue(), new String(host, StandardCharsets.UTF_8) + ":" + port);
                    }
                }
            }
            return masters;
        });
    }

    private <T> T run(Function<RedisClusterClient, T> command) throws BusException {
        RedisClusterClient redis = null;
        try {
            redis = client();
            T result = command.apply(redis);
            failures.set(0);
            return result;
        } catch (JedisException | IllegalStateException e) {
            if (redis == null || failures.incrementAndGet() >= FAILURES) {
                rebuild(redis);
            }
            throw new BusException(settings + ": " + e.getMessage(), e);
        }
    }

    private RedisClusterClient client() {
        RedisClusterClient there = client;
        return there != null ? there : make();
    }

    private synchronized RedisClusterClient make() {
        if (isClosed) {
            throw new IllegalStateException("closed");
        }
        RedisClusterClient there = client;
        if (there == null) {
            there = build();
            client = there;
        }
        return there;
    }

    private synchronized void rebuild(@Nullable RedisClusterClient bad) {
        if (bad == null || !bad.equals(client) || System.nanoTime() - rebuilt < REBUILD.toNanos()) {
            return;
        }
        rebuilt = System.nanoTime();
        failures.set(0);
        client = null;
        bad.close();
    }

    private RedisClusterClient build() {
        int millis = (int) settings.timeout().toMillis();
        var config = DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(millis)
                .socketTimeoutMillis(millis)
                .blockingSocketTimeoutMillis(millis); // a frozen node would hold a blocking read for ever
        if (settings.tls()) {
            config.sslOptions(SslOptions.defaults());
        }
        settings.user().ifPresent(config::user);
        settings.password().ifPresent(config::password);
        var pool = new ConnectionPoolConfig();
        pool.setMaxTotal(settings.connections());
        pool.setMaxIdle(settings.connections());
        pool.setMaxWait(settings.timeout());
        return RedisClusterClient.builder()
                .nodes(settings.nodes().stream().map(HostAndPort::from).collect(Collectors.toSet()))
                .clientConfig(config.build())
                .poolConfig(pool)
                .maxAttempts(2)
                .maxTotalRetriesDuration(settings.timeout())
                .build();
    }

    private static byte[] key(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        RedisClusterClient there = client;
        client = null;
        if (there != null) {
            there.close();
        }
    }
}
