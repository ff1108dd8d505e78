package io.espalier.metrics.trend;

/**
 * How often the tree is looked at: every {@code base} seconds, less often while that takes too long.
 *
 * @param base what is wished for
 * @param step what is possible, {@code base} times a power of two
 * @param calm looks in a row that took little time
 */
record Pace(int base, int step, int calm) {
    private static final int WIDEST = 32;
    private static final int CALM = 6;

    static Pace of(int base) {
        return new Pace(base, base, 0);
    }

    /** After a look that took so many seconds. */
    Pace after(double seconds) {
        if (seconds > step / 2.0) {
            return new Pace(base, Math.min(base * WIDEST, step * 2), 0);
        }
        if (step == base || seconds > step / 8.0) {
            return new Pace(base, step, 0);
        }
        return calm + 1 == CALM ? new Pace(base, step / 2, 0) : new Pace(base, step, calm + 1);
    }

    boolean isWide() {
        return step > base;
    }

    /** The first time after {@code now} that is due. */
    long next(long now) {
        return (Math.floorDiv(now, step) + 1) * step;
    }
}
