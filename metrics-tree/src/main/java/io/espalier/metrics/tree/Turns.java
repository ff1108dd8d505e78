package io.espalier.metrics.tree;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a shard: first come, first served. Who has it has it for microseconds, so whoever is next looks again
 * and again for about as long as going to sleep and being woken takes, and only then sleeps. A writer with a long
 * batch gives way after each slice of it. Not reentrant.
 */
final class Turns {
    private static final long LOOK_NANOS = 60_000;
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private final AtomicInteger tickets = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    private final Map<Integer, Thread> asleep = new ConcurrentHashMap<>();
    /** Who has the lock; written and compared by that thread alone. */
    private volatile @Nullable Thread holder;

    void lock() {
        Thread me = Thread.currentThread();
        if (me.equals(holder)) {
            throw new IllegalStateException("this thread has the lock already");
        }
        int ticket = tickets.getAndIncrement();
        if (served.get() != ticket && !isSoon(ticket)) {
            asleep.put(ticket, me);
            boolean wasInterrupted = false;
            while (served.get() != ticket) {
                LockSupport.park(this);
                wasInterrupted |= Thread.interrupted(); // which would keep it from sleeping again
            }
            asleep.remove(ticket);
            if (wasInterrupted) {
                me.interrupt();
            }
        }
        holder = me;
    }

    /** Looks for a while; not if there are more before us than processors, of which one will not run. */
    private boolean isSoon(int ticket) {
        if (ticket - served.get() >= PROCESSORS) {
            return false;
        }
        long began = System.nanoTime();
        while (System.nanoTime() - began < LOOK_NANOS) {
            if (served.get() == ticket) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    void unlock() {
        holder = null;
        int next = served.incrementAndGet();
        if (!asleep.isEmpty()) {
            // Whoever goes to sleep enters itself first and looks once more then.
            LockSupport.unpark(asleep.get(next));
        }
    }

    /** Whether somebody waits; for the thread that has the lock. */
    boolean isWanted() {
        return waiting() > 0;
    }

    /** How many wait; for the thread that has the lock. */
    int waiting() {
        return tickets.get() - served.get() - 1;
    }

    /** Lets all who wait go first, and takes the lock again. */
    void giveWay() {
        unlock();
        lock();
    }
}
