package io.espalier.httpdns;

import io.espalier.httpdns.cache.CacheRules;
import io.espalier.httpdns.redis.RedisSettings;
import io.espalier.httpdns.resolve.ResolveSettings;
import io.espalier.httpdns.resolve.Upstream;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How names are answered.
 *
 * @param resolve whom to ask
 * @param rules how long answers live
 * @param memory bytes of heap for the answers of this process
 * @param redis where the cache is that nodes share; null for none
 * @param budget how long anybody waits for an answer; then it is a stale one, or a failure
 * @param search how long a search goes on for the next who asks, at least the budget
 * @param searches at one time; whoever needs one more gets a stale answer or a failure at once
 * @param refreshes a second that begin before an answer expires, at most
 * @param rebinding whether private addresses are taken out of public names' answers
 * @param privateNames names that may have private addresses and are asked for though they look private, each with all
 *     below it
 */
public record ResolvingSettings(
        ResolveSettings resolve,
        CacheRules rules,
        long memory,
        @Nullable RedisSettings redis,
        Duration budget,
        Duration search,
        int searches,
        int refreshes,
        boolean rebinding,
        List<String> privateNames) {
    public ResolvingSettings {
        privateNames = List.copyOf(privateNames);
        if (search.compareTo(budget) < 0) {
            throw new IllegalArgumentException(
                    "search: " + search + " (expected: at least the budget, " + budget + ")");
        }
        if (searches < 1 || refreshes < 0) {
            throw new IllegalArgumentException(
                    "searches, refreshes: " + searches + ", " + refreshes + " (expected: at least 1 and 0)");
        }
    }

    /**
     * 64 MB and no Redis; 1.8 s for whoever waits and 3 s for a search, 4,096 searches at one time, 100 refreshes a
     * second; private addresses are taken out everywhere.
     */
    public static ResolvingSettings of(ResolveSettings resolve) {
        return new ResolvingSettings(
                resolve,
                CacheRules.USUAL,
                64L << 20,
                null,
                Duration.ofMillis(1800),
                Duration.ofSeconds(3),
                4096,
                100,
                true,
                List.of());
    }

    /** The same, with a shared cache. */
    public ResolvingSettings with(RedisSettings shared) {
        return new ResolvingSettings(
                resolve, rules, memory, shared, budget, search, searches, refreshes, rebinding, privateNames);
    }

    /** The same, with so many bytes of heap. */
    public ResolvingSettings withMemory(long bytes) {
        return new ResolvingSettings(
                resolve, rules, bytes, redis, budget, search, searches, refreshes, rebinding, privateNames);
    }

    /** The same, with other waiting times. */
    public ResolvingSettings within(Duration newBudget, Duration newSearch) {
        return new ResolvingSettings(
                resolve, rules, memory, redis, newBudget, newSearch, searches, refreshes, rebinding, privateNames);
    }

    /** The same, with these names private on purpose. */
    public ResolvingSettings allowing(List<String> names) {
        return new ResolvingSettings(
                resolve, rules, memory, redis, budget, search, searches, refreshes, rebinding, names);
    }

    /** The same, asking others. */
    public ResolvingSettings asking(List<Upstream> upstreams) {
        var other = new ResolveSettings(
                upstreams, resolve.attempt(), resolve.probe(), resolve.inFlight(), resolve.networks());
        return new ResolvingSettings(
                other, rules, memory, redis, budget, search, searches, refreshes, rebinding, privateNames);
    }
}
