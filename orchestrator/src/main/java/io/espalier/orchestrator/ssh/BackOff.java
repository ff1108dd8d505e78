package io.espalier.orchestrator.ssh;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** When to try again after failures: later each time, and never all hosts at once. For one thread at a time. */
final class BackOff {

    private static final int MOST_DOUBLINGS = 20;

    private final Duration first;
    private final Duration most;
    private final InstantSource clock;
    private final RandomGenerator random;
    private int failures;
    private Instant notBefore = Instant.MIN;

    BackOff(Duration first, Duration most, InstantSource clock, RandomGenerator random) {
        this.first = first;
        this.most = most;
        this.clock = clock;
        this.random = random;
    }

    boolean isOver() {
        return !clock.instant().isBefore(notBefore);
    }

    Instant notBefore() {
        return notBefore;
    }

    void failed() {
        long limit = Math.min(most.toMillis(), first.toMillis() << Math.min(failures, MOST_DOUBLINGS));
        failures++;
        long half = Math.max(1, limit / 2);
        notBefore = clock.instant().plusMillis(half + random.nextLong(half)); // half of it fixed, half of it chance
    }

    void succeeded() {
        failures = 0;
        notBefore = Instant.MIN;
    }
}
