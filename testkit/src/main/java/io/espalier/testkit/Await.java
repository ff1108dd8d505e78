package io.espalier.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other threads and processes do, for a bounded time. */
public final class Await {

    /** For what takes milliseconds on an idle machine. */
    public static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Duration LOOK = Duration.ofMillis(10);

    private Await() {}

    /** Returns as soon as {@code condition} holds; an exception from it counts as not yet. */
    public static void until(String what, Callable<Boolean> condition) {
        until(what, LIMIT, condition);
    }

    /** @throws AssertionError naming {@code what}, and the last exception, if it does not come true in time */
    public static void until(String what, Duration limit, Callable<Boolean> condition) {
        long end = System.nanoTime() + limit.toNanos();
        Exception last = null;
        while (true) {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + limit.toMillis() + " ms: " + what, last);
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    /** What {@code source} gives as soon as it throws no more. */
    public static <T> T value(String what, Duration limit, Callable<T> source) {
        var box = new AtomicReference<T>();
        until(what, limit, () -> {
            box.set(source.call());
            return true;
        });
        return box.get();
    }
}
