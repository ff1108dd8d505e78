package io.espalier.orchestrator.web;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Times as people say them, for templates. */
public final class Times {

    private final InstantSource clock;

    Times(InstantSource clock) {
        this.clock = clock;
    }

    /** {@code just now}, {@code 5 min ago}, {@code 3 h ago}, {@code 12 days ago}; {@code in 5 min} for the future. */
    public String ago(Instant at) {
        Duration since = Duration.between(at, clock.instant());
        if (since.abs().toSeconds() < 5) {
            return "just now";
        }
        return since.isNegative() ? "in " + rough(since.negated()) : rough(since) + " ago";
    }

    /** To the second, UTC, as in logs. */
    public String exact(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** {@code 41 ms}, {@code 1.2 s}, {@code 3 min}. */
    public String took(long millis) {
        if (millis < 1_000) {
            return millis + " ms";
        }
        return millis < 60_000 ? Math.round(millis / 100.0) / 10.0 + " s" : rough(Duration.ofMillis(millis));
    }

    public String between(Instant from, Instant to) {
        return took(Math.max(0, Duration.between(from, to).toMillis()));
    }

    private static String rough(Duration time) {
        if (time.toSeconds() < 60) {
            return time.toSeconds() + " s";
        }
        if (time.toMinutes() < 60) {
            return time.toMinutes() + " min";
        }
        if (time.toHours() < 48) {
            return time.toHours() + " h";
        }
        return time.toDays() + " days";
    }
}
