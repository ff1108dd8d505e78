package io.espalier.orchestrator.host;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Wakes threads that wait for a peer longer than they may. One thread for any number of watches. */
public final class Watchdog implements AutoCloseable {

    /** How long after the first bark a thread that still waits is woken by any means. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final ScheduledThreadPoolExecutor timer;

    public Watchdog() {
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("link-watchdog").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * Calls {@code wake} with false after {@code limit}, and with true some time later, unless the watch is closed
     * before.
     */
    public Watch watch(Duration limit, Consumer<Boolean> wake) {
        return new Watch(limit, wake);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** One wait. */
    public final class Watch implements AutoCloseable {

        private final Future<?> first;
        private final Future<?> last;
        private volatile boolean expired;

        private Watch(Duration limit, Consumer<Boolean> wake) {
            first = timer.schedule(
                    () -> {
                        expired = true;
                        Thread.startVirtualThread(() -> wake.accept(false));
                    },
                    limit.toMillis(),
                    TimeUnit.MILLISECONDS);
            last = timer.schedule(
                    () -> Thread.startVirtualThread(() -> wake.accept(true)),
                    limit.plus(GRACE).toMillis(),
                    TimeUnit.MILLISECONDS);
        }

        public boolean hasExpired() {
            return expired;
        }

        @Override
        public void close() {
            first.cancel(false);
            last.cancel(false);
        }
    }
}
