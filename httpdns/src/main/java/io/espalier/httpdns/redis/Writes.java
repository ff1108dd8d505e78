package io.espalier.httpdns.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import redis.clients.jedis.UnifiedJedis;

/** What goes out behind the answers: a bounded queue; what does not fit is dropped, as it is only a cache. */
final class Writes implements AutoCloseable {
    static final int THREADS = 4;

    private final BlockingQueue<BooleanSupplier> queue;
    private final Leash leash;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder written = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    Writes(int most, Leash leash) {
        this.queue = new ArrayBlockingQueue<>(most);
        this.leash = leash;
        for (var i = 0; i < THREADS; i++) {
            threads.add(Thread.ofVirtual().name("httpdns-redis-write").start(this::drain));
        }
    }

    void add(byte[] key, Consumer<UnifiedJedis> call) {
        waiting.incrementAndGet();
        if (!queue.offer(() -> leash.patiently(key, call))) {
            waiting.decrementAndGet();
            dropped.increment();
        }
    }

    private void drain() {
        try {
            while (true) {
                var write = queue.take();
                (write.getAsBoolean() ? written : dropped).increment();
                waiting.decrementAndGet();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isCalm() {
        return waiting.get() == 0;
    }

    long written() {
        return written.sum();
    }

    long dropped() {
        return dropped.sum();
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
