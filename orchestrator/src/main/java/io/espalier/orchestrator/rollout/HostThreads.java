package io.espalier.orchestrator.rollout;

import io.espalier.protocol.Reason;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Works on many hosts at a time, each for a limited time: one that hangs is left behind as waiting. */
final class HostThreads {

    private final Semaphore permits;
    private final RolloutLimits limits;
    private final InstantSource clock;

    HostThreads(RolloutLimits limits, InstantSource clock) {
        this.permits = new Semaphore(limits.parallel());
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Returns when all have ended or were left behind.
     *
     * @param onEnd given each step as it ended, on the thread that worked on it
     */
    void run(Map<HostStep, Callable<HostStep>> work, RunControl control, Consumer<HostStep> onEnd)
            throws InterruptedException {
        var running = new LinkedHashMap<HostStep, FutureTask<Boolean>>();
        work.forEach((step, callable) -> running.put(step, new FutureTask<>(() -> {
            permits.acquire();
            try {
                onEnd.accept(within(step, callable, control));
                return true;
            } finally {
                permits.release();
            }
        })));
        running.forEach((step, task) ->
                Thread.ofVirtual().name("rollout-" + step.name()).start(task));
        Throwable trouble = null;
        for (FutureTask<Boolean> task : running.values()) {
            try {
                task.get();
            } catch (ExecutionException e) {
                trouble = e.getCause();
            }
        }
        rethrow(trouble);
    }

    private HostStep within(HostStep step, Callable<HostStep> callable, RunControl control)
            throws InterruptedException {
        var task = new FutureTask<>(callable);
        Thread.ofVirtual().name("host-" + step.name()).start(task);
        try (var _ = control.cutOffBy(() -> task.cancel(true))) {
            return task.get(limits.step().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            return left(step, Reason.TIMED_OUT, "no end within " + limits.step().toSeconds() + " s");
        } catch (CancellationException e) {
            return left(step, Reason.SUPERSEDED, "cut off for something newer");
        } catch (ExecutionException e) {
            rethrow(e.getCause());
            throw new IllegalStateException(e);
        }
    }

    private HostStep left(HostStep step, Reason reason, String detail) {
        return step.in(new StepState.Waiting(reason, detail), clock.instant(), true);
    }

    private static void rethrow(@Nullable Throwable trouble) throws InterruptedException {
        switch (trouble) {
            case null -> {}
            case Error error -> throw error;
            case RuntimeException unexpected -> throw unexpected;
            case InterruptedException interrupted -> throw interrupted;
            default -> throw new IllegalStateException(trouble);
        }
    }
}
