package io.espalier.httpdns.cache;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Searches under way, one a key: whoever comes while one is running waits for its result. Without it, many questions
 * for one name would let a forger try many answers at once. Each runs on a virtual thread of its own and goes on even
 * if nobody waits any more, so that its result is there for the next.
 */
public final class Flights<K, V> {
    private final ConcurrentHashMap<K, Flight<V>> running = new ConcurrentHashMap<>();
    private final Semaphore places;

    /** @param most searches at one time */
    public Flights(int most) {
        this.places = new Semaphore(most);
    }

    /**
     * @param started true if the search began with this call
     */
    public record Boarded<V>(Flight<V> flight, boolean started) {}

    /** One search. */
    public static final class Flight<V> {
        private final CompletableFuture<V> result = new CompletableFuture<>();

        /**
         * Waits for its end.
         *
         * @return null if it did not end in time
         */
        public @Nullable V await(Duration limit) throws InterruptedException {
            try {
                return result.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return null;
            } catch (ExecutionException e) {
                throw new IllegalStateException("a search broke", e.getCause());
            }
        }
    }

    /**
     * Joins the search for {@code key}, or starts it. A search may start right after another has ended, so it looks first
     * whether the other left what it is for.
     *
     * @return null if too many others are under way
     */
    public @Nullable Boarded<V> board(K key, Supplier<V> search) {
        var started = new Flight<V>();
        var other = running.putIfAbsent(key, started);
        if (other != null) {
            return new Boarded<>(other, false);
        }
        if (!places.tryAcquire()) {
            running.remove(key, started);
            started.result.completeExceptionally(new IllegalStateException("too many searches"));
            return null;
        }
        Thread.ofVirtual().name("httpdns-search").start(() -> {
            V found = null;
            Throwable broke = null;
            try {
                found = search.get();
            } catch (RuntimeException | Error e) {
                broke = e;
            }
            // first gone, then done: whoever sees the end and asks again must not meet this one
            running.remove(key, started);
            places.release();
            if (broke == null) {
                started.result.complete(found);
            } else {
                started.result.completeExceptionally(broke);
            }
        });
        return new Boarded<>(started, true);
    }

    /** True while a search for {@code key} is under way. */
    public boolean isUnderWay(K key) {
        return running.containsKey(key);
    }

    /** Searches under way. */
    public int count() {
        return running.size();
    }
}
