package io.espalier.httpdns;

import io.espalier.httpdns.cache.CacheRules;
import io.espalier.httpdns.resolve.ResolveSettings;
import java.time.Duration;

/**
 * How names are answered.
 *
 * @param resolve whom to ask
 * @param rules how long answers live
 * @param memory bytes of heap for the answers of this process
 * @param budget how long anybody waits for an answer; then it is a stale one, or a failure
 * @param search how long a search goes on for the next who asks, at least the budget
 * @param searches at one time; whoever needs one more gets a stale answer or a failure at once
 * @param refreshes a second that begin before an answer expires, at most
 */
public record ResolvingSettings(
        ResolveSettings resolve,
        CacheRules rules,
        long memory,
        Duration budget,
        Duration search,
        int searches,
        int refreshes) {
    public ResolvingSettings {
        if (search.compareTo(budget) < 0) {
            throw new IllegalArgumentException(
                    "search: " + search + " (expected: at least the budget, " + budget + ")");
        }
        if (searches < 1 || refreshes < 0) {
            throw new IllegalArgumentException(
                    "searches, refreshes: " + searches + ", " + refreshes + " (expected: at least 1 and 0)");
        }
    }

    /** 64 MB, 1.8 s for whoever waits and 3 s for a search, 4,096 searches at one time, 100 refreshes a second. */
    public static ResolvingSettings of(ResolveSettings resolve) {
        return new ResolvingSettings(
                resolve, CacheRules.USUAL, 64L << 20, Duration.ofMillis(1800), Duration.ofSeconds(3), 4096, 100);
    }
}
