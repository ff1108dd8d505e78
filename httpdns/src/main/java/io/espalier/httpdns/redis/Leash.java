package io.espalier.httpdns.redis;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * Keeps calls to Redis short. The client library retries, sleeps and waits for locks as it likes, on a thread of its
 * own; whoever asked goes on after the leash. Makes the connection, and asks a cluster who serves what after trouble,
 * on a thread that nobody waits for.
 */
final class Leash implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Leash.class);
    private static final long RECONNECT = TimeUnit.SECONDS.toNanos(1);
    private static final int CALM_ROUNDS = 15;

    /** One node of Redis: whether it is left alone, and room for as many calls as there are connections. */
    private record Shard(String name, Breaker breaker, Semaphore places) {}

    sealed interface Said<T> {
        record Value<T>(T value) implements Said<T> {}

        record Nothing<T>(String reason) implements Said<T> {}
    }

    private final RedisSettings settings;
    private final Map<String, Shard> shards = new ConcurrentHashMap<>();
    private final LongAdder unavailable = new LongAdder();
    private final AtomicBoolean trouble = new AtomicBoolean();
    private final Thread keeper;
    private volatile @Nullable Link link;
    private volatile boolean closed;

    Leash(RedisSettings settings) {
        this.settings = settings;
        this.keeper = Thread.ofVirtual().name("httpdns-redis").start(this::keep);
    }

    private void keep() {
        for (var round = 1; !closed; round++) {
            try {
                var now = link;
                if (now == null) {
                    link = Link.to(settings);
                    LOG.atInfo().addKeyValue("redis", settings).log("shared cache is in use");
                } else if (trouble.getAndSet(false) || round % CALM_ROUNDS == 0) {
                    now.refresh();
                }
            } catch (RuntimeException e) {
                trouble.set(true);
                LOG.atDebug()
                        .addKeyValue("redis", settings)
                        .addKeyValue("why", e.getMessage())
                        .log("shared cache cannot be reached yet");
            }
            LockSupport.parkNanos(RECONNECT);
        }
        var last = link;
        if (last != null) {
            last.close();
        }
    }

    /** Calls Redis about a key; gives up after the leash. */
    <T> Said<T> within(byte[] key, Function<UnifiedJedis, T> call) throws InterruptedException {
        var now = link;
        if (now == null) {
            return nothing("not connected yet");
        }
        var node = now.shard(key);
        if (node == null) {
            trouble.set(true);
            return nothing("no node serves the name's slot");
        }
        var shard = shard(node);
        var start = System.nanoTime();
        if (shard.breaker.isOpen(start)) {
            return nothing(node + " is left alone for a moment");
        }
        if (!shard.places.tryAcquire(settings.leash().toNanos(), TimeUnit.NANOSECONDS)) {
            return nothing(node + ": too many calls are under way");
        }
        if (!shard.breaker.admits(System.nanoTime())) {
            shard.places.release();
            return nothing(node + " is left alone for a moment");
        }
        var result = new CompletableFuture<T>();
        Thread.ofVirtual().name("httpdns-redis-call").start(() -> {
            try {
                result.complete(call.apply(now.client));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            } finally {
                shard.places.release();
            }
        });
        try {
            var left = start + settings.leash().toNanos() - System.nanoTime();
            var value = result.get(Math.max(1, left), TimeUnit.NANOSECONDS);
            shard.breaker.good();
            return new Said.Value<>(value);
        } catch (TimeoutException e) {
            var why = "no answer within " + settings.leash().toMillis() + " ms";
            bad(shard, why);
            return nothing(node + ": " + why);
        } catch (ExecutionException e) {
            var why = String.valueOf(e.getCause() == null ? null : e.getCause().getMessage());
            bad(shard, why);
            return nothing(node + ": " + why);
        }
    }

    /** Calls Redis in this thread, as long as the client takes. False if it could not be done. */
    boolean patiently(byte[] key, Consumer<UnifiedJedis> call) {
        var now = link;
        var node = now == null ? null : now.shard(key);
        if (now == null || node == null) {
            return false;
        }
        var shard = shard(node);
        if (shard.breaker.isOpen()) {
            return false; // who looks up tries whether it is back
        }
        try {
            call.accept(now.client);
            return true;
        } catch (JedisConnectionException | JedisClusterOperationException e) {
            bad(shard, String.valueOf(e.getMessage()));
            return false;
        } catch (RuntimeException e) {
            LOG.atDebug().addKeyValue("why", e.getMessage()).log("shared cache refused a write");
            return false;
        }
    }

    private Shard shard(String node) {
        return shards.computeIfAbsent(
                node, name -> new Shard(name, new Breaker(), new Semaphore(settings.connections())));
    }

    private <T> Said<T> nothing(String reason) {
        unavailable.increment();
        return new Said.Nothing<>(reason);
    }

    private void bad(Shard shard, String why) {
        trouble.set(true);
        if (shard.breaker.bad(System.nanoTime())) {
            LOG.atWarn()
                    .addKeyValue("shard", shard.name)
                    .addKeyValue("why", why)
                    .log("shared cache is left alone; names are answered without it");
        }
    }

    long unavailable() {
        return unavailable.sum();
    }

    List<String> out() {
        var now = System.nanoTime();
        return shards.values().stream()
                .filter(each -> each.breaker.isOut(now))
                .map(Shard::name)
                .sorted()
                .toList();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(keeper);
    }
}
