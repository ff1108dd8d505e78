package io.espalier.agent.job;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.BiFunction;

/** By the agent's timer. Looks at the clock again every minute, since somebody may set it. */
public final class TimerWakes implements Wakes {

    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Executor threads;
    private final InstantSource clock;
    private final Map<String, Wake> wakes = new HashMap<>();

    private record Wake(Future<?> future) {}

    /** @param threads run the actions, since the timer has but one thread for everybody */
    public TimerWakes(BiFunction<Duration, Runnable, Future<?>> timer, Executor threads, InstantSource clock) {
        this.timer = timer;
        this.threads = threads;
        this.clock = clock;
    }

    @Override
    public synchronized void at(String name, Instant when, Runnable action) {
        cancel(name);
        Duration left = Duration.between(clock.instant(), when);
        boolean isLast = left.compareTo(LONGEST) <= 0;
        Duration pause = left.isNegative() ? Duration.ZERO : isLast ? left : LONGEST;
        wakes.put(
                name,
                new Wake(timer.apply(pause, () -> threads.execute(isLast ? action : () -> at(name, when, action)))));
    }

    @Override
    public synchronized void cancel(String name) {
        Wake wake = wakes.remove(name);
        if (wake != null) {
            wake.future.cancel(false);
        }
    }
}
