package io.espalier.orchestrator.rollout;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How long to leave a host in peace after something was tried on it: three times as long after each try, until a time of
 * peace begins the count anew. Pure; the tries are read from what is stored, so that a restart forgets none.
 *
 * @param first after one try
 * @param longest however many there were
 */
record Pauses(Duration first, Duration longest) {

    private static final int FACTOR = 3;

    /** @param tries when it was tried, newest first */
    boolean isDue(List<Instant> tries, Instant now) {
        if (tries.isEmpty()) {
            return true;
        }
        Duration pause = Duration.ZERO;
        Instant later = now;
        for (Instant tried : tries) {
            if (tried.plus(longest).plus(longest).isBefore(later)) {
                break;
            }
            Duration longer = pause.isZero() ? first : pause.multipliedBy(FACTOR);
            pause = longer.compareTo(longest) < 0 ? longer : longest;
            later = tried;
        }
        return !now.isBefore(tries.getFirst().plus(pause));
    }
}
