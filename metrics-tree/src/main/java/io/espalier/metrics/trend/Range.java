package io.espalier.metrics.trend;

/**
 * From when to when, and how fine.
 *
 * @param from seconds since 1970, a multiple of {@code step}
 * @param to   exclusive, a multiple too
 * @param step seconds
 */
public record Range(long from, long to, long step) {
    static final int MAX_POINTS = 50_000;

    public Range {
        if (step < 1 || to <= from) {
            throw new TrendException(
                    TrendException.Reason.BAD_RANGE, "from " + from + " to " + to + " by " + step + " s holds nothing");
        }
        if ((to - from) / step > MAX_POINTS) {
            throw new TrendException(
                    TrendException.Reason.BUDGET,
                    "more than " + MAX_POINTS + " points a series: take a larger step than " + step + " s");
        }
        if (from % step != 0 || to % step != 0) {
            throw new TrendException(
                    TrendException.Reason.BAD_RANGE, from + " and " + to + " are not multiples of " + step);
        }
    }

    /** The range around these times that fits {@code step}. */
    public static Range of(long from, long to, long step) {
        if (step < 1) {
            throw new TrendException(TrendException.Reason.BAD_RANGE, "step: " + step + " (expected: at least 1)");
        }
        return new Range(Math.floorDiv(from, step) * step, -Math.floorDiv(-to, step) * step, step);
    }

    /** With a step that makes about {@code points} points, one that people would choose. */
    public static Range fitting(long from, long to, int points, int finest) {
        long wanted = Math.max(finest, (to - from) / Math.max(1, points));
        for (long step :
                new long[] {1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10800, 21600, 43200}) {
            if (step >= wanted && step % finest == 0) {
                return of(from, to, step);
            }
        }
        return of(from, to, (wanted + 86_399) / 86_400 * 86_400);
    }

    public int points() {
        return (int) ((to - from) / step);
    }

    public Range shifted(long seconds) {
        return of(from + seconds, to + seconds, step);
    }
}
