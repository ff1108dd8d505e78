package io.espalier.orchestrator.source;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often sources are looked at.
 *
 * @param interval between looks that end well; each is shortened by up to a fifth, so that sources do not march in step
 * @param firstRetry after a look that failed; doubled with each further one
 * @param lastRetry at most this long, also for what needs a person: they may have mended it on the other side
 */
public record Pace(Duration interval, Duration firstRetry, Duration lastRetry) {

    private static final double JITTER = 0.2;

    public Pace {
        if (!interval.isPositive() || !firstRetry.isPositive() || lastRetry.compareTo(firstRetry) < 0) {
            throw new IllegalArgumentException("pace: " + interval + ", " + firstRetry + ", " + lastRetry
                    + " (expected: positive, last >= first)");
        }
    }

    /** @param failures looks in a row that did not end well, including this one */
    Duration after(Outcome outcome, int failures, RandomGenerator random) {
        Duration full = switch (outcome) {
            case Outcome.Settled _ -> interval;
            case Outcome.Stalled _ -> lastRetry;
            case Outcome.Waiting _, Outcome.Failed _ -> backoff(failures);
        };
        return Duration.ofNanos((long) (full.toNanos() * (1 - JITTER * random.nextDouble())));
    }

    private Duration backoff(int failures) {
        Duration delay = firstRetry.multipliedBy(1L << Math.clamp(failures - 1, 0, 20));
        return delay.compareTo(lastRetry) < 0 ? delay : lastRetry;
    }
}
