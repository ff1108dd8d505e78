package io.espalier.orchestrator.rollout;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads on which rollouts run: one rollout of a fleet at a time, the next when the one before has let go. */
final class Runs implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Runs.class);

    private static final Duration RETRY = Duration.ofSeconds(1);

    private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private record Run(Thread thread, RunControl control) {}

    private final RolloutRunner runner;
    private final Journal journal;
    private final RolloutLimits limits;
    private final Map<RolloutId, Run> running = new ConcurrentHashMap<>();
    private final Map<String, ReentrantLock> turns = new ConcurrentHashMap<>();
    private final List<Consumer<RolloutId>> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    Runs(RolloutRunner runner, Journal journal, RolloutLimits limits) {
        this.runner = runner;
        this.journal = journal;
        this.limits = limits;
    }

    void whenAtRest(Consumer<RolloutId> listener) {
        listeners.add(listener);
    }

    /** Runs {@code rollout} as soon as no other of its fleet does. Running one that has nothing to do is no harm. */
    void start(Rollout rollout) {
        var control = new RunControl();
        Thread thread = Thread.ofVirtual()
                .name("rollout-" + rollout.id())
                .unstarted(() -> runInTurn(rollout, control));
        running.put(rollout.id(), new Run(thread, control));
        thread.start();
    }

    /** Begins no more hosts. */
    void stop(RolloutId id) {
        Run run = running.get(id);
        if (run != null) {
            run.control().stop();
        }
    }

    /** Begins no more hosts, and after the limit for draining leaves also those that are still at it. */
    void drain(RolloutId id) {
        Run run = running.get(id);
        if (run != null) {
            run.control().stop();
            Thread.ofVirtual().name("drain-" + id).start(() -> cutOffLate(run));
        }
    }

    private void cutOffLate(Run run) {
        try {
            if (!run.thread().join(limits.drain())) {
                run.control().cutOff();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void runInTurn(Rollout rollout, RunControl control) {
        ReentrantLock turn = turns.computeIfAbsent(rollout.fleet(), _ -> new ReentrantLock(true));
        turn.lock();
        try {
            run(rollout, control);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            turn.unlock();
            running.computeIfPresent(rollout.id(), (_, run) -> run.control() == control ? null : run);
        }
        if (!closed) {
            listeners.forEach(listener -> tell(listener, rollout.id()));
        }
    }

    private static void tell(Consumer<RolloutId> listener, RolloutId id) {
        try {
            listener.accept(id);
        } catch (RuntimeException e) {
            log.atWarn().addKeyValue("rollout", id).setCause(e).log("a listener for rollouts at rest failed");
        }
    }

    /** A database that is away is waited for: what is stored is enough to go on. */
    private void run(Rollout rollout, RunControl control) throws InterruptedException {
        Duration wait = RETRY;
        while (!control.isStopped() && !closed) {
            try {
                runner.run(rollout.id(), control);
                return;
            } catch (RuntimeException e) {
                log.atError()
                        .addKeyValue("rollout", rollout.id())
                        .addKeyValue("retryIn", wait)
                        .setCause(e)
                        .log("rollout cannot go on");
                journal.mend();
                for (Duration rest = wait; rest.isPositive() && !control.isStopped(); rest = rest.minusMillis(100)) {
                    control.await(rest);
                }
                wait = wait.multipliedBy(2).compareTo(LONGEST_RETRY) < 0 ? wait.multipliedBy(2) : LONGEST_RETRY;
            }
        }
    }

    /** Begins no more hosts anywhere. What is still being sent to is asked after the next start. */
    @Override
    public void close() {
        closed = true;
        List<Run> all = List.copyOf(running.values());
        all.forEach(run -> run.control().stop());
        try {
            for (Run run : all) {
                run.thread().join(CLOSE_WITHIN);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
