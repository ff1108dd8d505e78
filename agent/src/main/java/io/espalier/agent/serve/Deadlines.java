package io.espalier.agent.serve;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs short actions when a time is up, all on one thread, unless they were called off. */
public final class Deadlines {

    private final ScheduledThreadPoolExecutor timer;

    public Deadlines() {
        timer = new ScheduledThreadPoolExecutor(1, action -> {
            Thread thread = new Thread(action, "timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** @param action must not block */
    public Future<?> at(Duration delay, Runnable action) {
        return timer.schedule(action, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Runs something that may take its time on a thread of its own. */
    public void startAfter(Duration delay, Runnable action) {
        Future<?> _ = at(delay, () -> {
            try {
                new Thread(action, "later").start();
            } catch (OutOfMemoryError e) { // what waits here must not be lost
                startAfter(Duration.ofSeconds(1), action);
            }
        });
    }
}
