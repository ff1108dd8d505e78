package io.espalier.orchestrator.render;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which templates are carried out: of a known number, with a stack of known size. A template that passes
 * a limit is ended by its {@link Guard}. One that sits inside a single expression where no guard looks, such as a
 * regular expression that backtracks for ever, cannot be ended in this process: its thread is left behind and replaced,
 * a few times at most.
 */
final class RenderThreads implements AutoCloseable {

    static final int MAX_LEFT_BEHIND = 4;

    private static final int STACK_BYTES = 2 << 20;

    /** On top of the time limit: what a busy machine may take before a guard gets to look. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(250);

    private final long givenUpAfterNanos;
    private final int parallel;
    private final ThreadPoolExecutor pool;
    private int leftBehind;

    /** @param limit for one file */
    RenderThreads(Duration limit, int parallel) {
        this.givenUpAfterNanos = limit.plus(GRACE).toNanos();
        this.parallel = parallel;
        this.pool = new ThreadPoolExecutor(
                parallel, parallel, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), RenderThreads::thread);
        pool.allowCoreThreadTimeOut(true);
    }

    /** What a piece of work is at, written by its thread, read by the one that waits for it. */
    static final class Watch {
        private @Nullable String template;
        private long since;
        private boolean isLeftBehind;

        /** @throws IllegalStateException if nobody waits for this work any more */
        synchronized void begin(String name) {
            if (isLeftBehind) {
                throw new IllegalStateException("left behind");
            }
            template = name;
            since = System.nanoTime();
        }

        synchronized void end() {
            template = null;
        }

        /** The template that hangs; empty while there is hope. Once told, the work is left behind. */
        private synchronized Optional<String> hanging(long limitNanos) {
            if (template == null || System.nanoTime() - since < limitNanos) {
                return Optional.empty();
            }
            isLeftBehind = true;
            return Optional.of(template);
        }

        private synchronized boolean isLeftBehind() {
            return isLeftBehind;
        }
    }

    /** How work ended: with a value, or hanging in a template. */
    sealed interface Ending<T> {
        record Value<T>(T value) implements Ending<T> {}

        record Hanging<T>(String template) implements Ending<T> {}

        /** Not begun: too many threads hang already. */
        record Refused<T>() implements Ending<T> {}
    }

    <T> Ending<T> call(Watch watch, Callable<T> work) {
        if (leftBehind() >= MAX_LEFT_BEHIND) {
            return new Ending.Refused<>();
        }
        var task = new FutureTask<>(() -> {
            try {
                return work.call();
            } finally {
                if (watch.isLeftBehind()) {
                    resize(-1);
                }
            }
        });
        pool.execute(task);
        try {
            while (true) {
                try {
                    return new Ending.Value<>(task.get(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS));
                } catch (TimeoutException notYet) {
                    Optional<String> template = watch.hanging(givenUpAfterNanos);
                    if (template.isPresent()) {
                        resize(+1);
                        return new Ending.Hanging<>(template.get());
                    }
                }
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("rendering failed", e.getCause());
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while rendering", e);
        }
    }

    private synchronized int leftBehind() {
        return leftBehind;
    }

    /** A thread that hangs does not count as one that works. */
    private synchronized void resize(int change) {
        leftBehind += change;
        if (change > 0) {
            pool.setMaximumPoolSize(parallel + leftBehind);
            pool.setCorePoolSize(parallel + leftBehind);
        } else {
            pool.setCorePoolSize(parallel + leftBehind);
            pool.setMaximumPoolSize(parallel + leftBehind);
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(null, work, "render", STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    }
}
