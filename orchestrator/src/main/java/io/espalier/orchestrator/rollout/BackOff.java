package io.espalier.orchestrator.rollout;

import io.espalier.protocol.HostName;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps what did not help on a host from being done again and again: the wait grows threefold with each time, and a time
 * of peace ends it. In memory only; after a restart everything is tried once at once.
 */
final class BackOff {

    private static final int FACTOR = 3;

    private final Duration first;
    private final Duration longest;
    private final Map<HostName, Tries> tries = new ConcurrentHashMap<>();

    private record Tries(Duration pause, Instant until) {}

    BackOff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
    }

    void tried(HostName host, Instant now) {
        tries.compute(host, (_, before) -> {
            boolean isPeace = before == null || now.isAfter(before.until().plus(longest));
            Duration pause = isPeace ? first : before.pause().multipliedBy(FACTOR);
            Duration bounded = pause.compareTo(longest) < 0 ? pause : longest;
            return new Tries(bounded, now.plus(bounded));
        });
    }

    boolean isDue(HostName host, Instant now) {
        Tries before = tries.get(host);
        return before == null || !now.isBefore(before.until());
    }

    void forget(HostName host) {
        tries.remove(host);
    }
}
