package io.espalier.backup.retention;

import java.time.Duration;

/**
 * How much to keep of each series. A rule of 0 keeps nothing; if all are 0, everything stays.
 *
 * @param last the newest good ones
 * @param daily the newest good one of each of so many days that have one
 * @param weekly the same for weeks, which begin on Monday
 * @param monthly the same for months
 * @param within everything that is no older, good or not
 */
public record Keep(int last, int daily, int weekly, int monthly, Duration within) {

    public static final Keep EVERYTHING = new Keep(0, 0, 0, 0, Duration.ZERO);

    public Keep {
        if (last < 0 || daily < 0 || weekly < 0 || monthly < 0 || within.isNegative()) {
            throw new IllegalArgumentException("keep: a negative number (expected: at least 0)");
        }
    }

    public boolean isEverything() {
        return equals(EVERYTHING);
    }
}
