package io.espalier.backup.dump;

import java.time.Duration;
import java.util.List;

/**
 * The bounds of a dump.
 *
 * @param idle longest silence of a program or server
 * @param total longest run, the checks not counted
 * @param minBytes a smaller part is {@link Reason#TOO_SMALL}
 * @param maxBytes a larger dump, all parts together, is {@link Reason#TOO_LARGE}
 * @param previousBytes of the last good dump, 0 if unknown; less than half of it is noted
 * @param harmless beginnings of lines on standard error that are no reason to fail
 */
public record Limits(
        Duration idle, Duration total, long minBytes, long maxBytes, long previousBytes, List<String> harmless) {
    /** Ten minutes of silence, a day in all, at least a byte, at most 1 TiB; every warning fails. */
    public static final Limits USUAL =
            new Limits(Duration.ofMinutes(10), Duration.ofDays(1), 1, 1L << 40, 0, List.of());

    public Limits {
        harmless = List.copyOf(harmless);
        if (idle.isNegative() || total.isNegative() || minBytes < 1 || maxBytes < minBytes) {
            throw new IllegalArgumentException("limits: not positive, or more at least than at most");
        }
    }

    public Limits idle(Duration other) {
        return new Limits(other, total, minBytes, maxBytes, previousBytes, harmless);
    }

    public Limits bytes(long min, long max) {
        return new Limits(idle, total, min, max, previousBytes, harmless);
    }

    public Limits previous(long bytes) {
        return new Limits(idle, total, minBytes, maxBytes, bytes, harmless);
    }

    public Limits harmless(List<String> beginnings) {
        return new Limits(idle, total, minBytes, maxBytes, previousBytes, beginnings);
    }
}
