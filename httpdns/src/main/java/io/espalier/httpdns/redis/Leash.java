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
    private static final int CALLS = 512;
    private static final long RECONNECT = TimeUnit.SECONDS.toNanos(1);
    private static final int CALM_ROUNDS = 15;

    sealed interface Said<T> {
        record Value<T>(T value) implements Said<T> {}

        record Nothing<T>(String reason) implements Said<T> {}
    }

    private final RedisSettings settings;
    private final Map<String, Breaker> breakers = new ConcurrentHashMap<>();
    private final Semaphore places = new Semaphore(CALLS);
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
        var shard = now.shard(key);
        if (shard == null) {
            trouble.set(true);
            return nothing("no node serves the name's slot");
        }
        var breaker = breaker(shard);
        if (!breaker.admits(System.nanoTime())) {
            return nothing(shard + " is left alone for a moment");
        }
        if (!places.tryAcquire()) {
            return nothing("too many calls are under way");
        }
        var result = new CompletableFuture<T>();
        Thread.ofVirtual().name("httpdns-redis-call").start(() -> {
            try {
                result.complete(call.apply(now.client));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            } finally {
                places.release();
            }
        });
        try {
            var value = result.get(settings.leash().toNanos(), TimeUnit.NANOSECONDS);
            breaker.good();
            return new Said.Value<>(value);
        } catch (TimeoutException e) {
            bad(shard, breaker, "no answer within " + settings.leash().toMillis() + " ms");
            return nothing(shard + ": no answer within " + settings.leash().toMillis() + " ms");
        } catch (ExecutionException e) {
            var why = String.valueOf(e.getCause() == null ? null : e.getCause().getMessage());
            bad(shard, breaker, why);
            return nothing(shard + ": " + why);
        }
    }

    /** Calls Redis in this thread, as long as the client takes. False if it could not be done. */
    boolean patiently(byte[] key, Consumer<UnifiedJedis> call) {
        var now = link;
        var shard = now == null ? null : now.shard(key);
        if (now == null || shard == null) {
            return false;
        }
        var breaker = breaker(shard);
        if (breaker.isOpen()) {
            return false; // who looks up tries whether it is back
        }
        try {
            call.accept(now.client);
            return true;
        } catch (JedisConnectionException | JedisClusterOperationException e) {
            bad(shard, breaker, String.valueOf(e.getMessage()));
            return false;
        } catch (RuntimeException e) {
            LOG.atDebug().addKeyValue("why", e.getMessage()).log("shared cache refused a write");
            return false;
        }
    }

    private Breaker breaker(String shard) {
        return breakers.computeIfAbsent(shard, name -> new Breaker());
    }

    private <T> Said<T> nothing(String reason) {
        unavailable.increment();
        return new Said.Nothing<>(reason);
    }

    private void bad(String shard, Breaker breaker, String why) {
        trouble.set(true);
        if (breaker.bad(System.nanoTime())) {
            LOG.atWarn()
                    .addKeyValue("shard", shard)
                    .addKeyValue("why", why)
                    .log("shared cache is left alone; names are answered without it");
        }
    }

    long unavailable() {
        return unavailable.sum();
    }

    List<String> out() {
        return breakers.entrySet().stream()
                .filter(each -> each.getValue().isOpen())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(keeper);
    }
}
