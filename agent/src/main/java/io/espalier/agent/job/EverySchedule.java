package io.espalier.agent.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Every multiple of an interval since 1970 UTC, moved by a phase. */
record EverySchedule(Duration interval, Duration phase) implements Schedule {

    @Override
    public Optional<Instant> next(Instant after) {
        long step = interval.toMillis();
        long past = Math.floorDiv(after.toEpochMilli() - phase.toMillis(), step);
        return Optional.of(Instant.ofEpochMilli((past + 1) * step + phase.toMillis()));
    }
}
