package io.espalier.agent.job;

import io.espalier.protocol.release.Job;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** When a job is due. A value: asks no clock. */
public interface Schedule {

    /** The first moment after {@code after}; empty if there is none any more. */
    Optional<Instant> next(Instant after);

    /**
     * @param phase moves what is due every so often, so that a thousand hosts do not report in the same second; must be
     *     less than the interval
     * @throws IllegalArgumentException if the expression or the zone makes no sense to this agent
     */
    static Schedule of(Job.Timing timing, Duration phase) {
        return switch (timing) {
            case Job.Timing.Every(var interval) -> new EverySchedule(interval, phase);
            case Job.Timing.Cron(var expression, var zone) -> {
                try {
                    yield CronSchedule.of(expression, zone);
                } catch (ParseException | RuntimeException e) { // its parser throws both for nonsense
                    throw new IllegalArgumentException("cron " + expression + " " + zone + ": " + e.getMessage(), e);
                }
            }
        };
    }
}
