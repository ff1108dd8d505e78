package io.espalier.orchestrator.rollout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How a run is told from outside to begin no more hosts, and at last to leave those that are still at it. */
final class RunControl {

    /** The longest wait between two looks at the clock, which in tests does not go by itself. */
    private static final Duration GLANCE = Duration.ofMillis(100);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stoppedChanged = lock.newCondition();
    private final List<Runnable> cutters = new ArrayList<>();
    private boolean stopped;
    private boolean cutOff;

    /** No more hosts are begun; those that are being sent to come to their end. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
            stoppedChanged.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Leaves also those that are being sent to. */
    void cutOff() {
        List<Runnable> all;
        lock.lock();
        try {
            stopped = true;
            cutOff = true;
            stoppedChanged.signalAll();
            all = List.copyOf(cutters);
        } finally {
            lock.unlock();
        }
        all.forEach(Runnable::run);
    }

    boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    /** While the result is open, {@code cutter} is run on {@link #cutOff()}. */
    Cut cutOffBy(Runnable cutter) {
        lock.lock();
        try {
            cutters.add(cutter);
            if (!cutOff) {
                return () -> remove(cutter);
            }
        } finally {
            lock.unlock();
        }
        cutter.run();
        return () -> remove(cutter);
    }

    private void remove(Runnable cutter) {
        lock.lock();
        try {
            cutters.remove(cutter);
        } finally {
            lock.unlock();
        }
    }

    /** Ends what {@link #cutOffBy} began. */
    interface Cut extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits until it is stopped, at most {@code wait} and never long. */
    void await(Duration wait) throws InterruptedException {
        long nanos = Math.min(wait.toNanos(), GLANCE.toNanos());
        lock.lock();
        try {
            while (!stopped && nanos > 0) {
                nanos = stoppedChanged.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }
}
