package io.espalier.httpdns.cache;

import io.espalier.httpdns.answer.ResourceRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/**
 * How long answers live. All durations in whole seconds.
 *
 * @param floor an answer is kept at least this long, even if its TTL is 0: 0 to 5 s; with 0 such an answer is not kept
 * @param cap an answer is kept at most this long
 * @param negativeCap a negative answer is kept at most this long (RFC 2308); short, as people create names seconds after
 *     they looked for them in vain
 * @param failureFirst how long a first failure is remembered (RFC 9520); it doubles with each that follows
 * @param failureMost up to this, at most 5 minutes
 * @param staleFor how long past its time an answer may be given if no upstream has a better one (RFC 8767); 0 for never
 * @param staleTtl the TTL of such an answer
 * @param staleRecheck how long after a failure nobody waits for the upstreams if there is a stale answer
 * @param jitter the share of its TTL by which an answer may be dropped early, so that those stored together do not
 *     expire together: 0 to 0.1
 */
public record CacheRules(
        Duration floor,
        Duration cap,
        Duration negativeCap,
        Duration failureFirst,
        Duration failureMost,
        Duration staleFor,
        Duration staleTtl,
        Duration staleRecheck,
        double jitter) {
    /** The defaults: 1 s, 1 d, 5 min; failures 5 s to 1 min; stale for 1 d with TTL 30, recheck after 30 s; 5 %. */
    public static final CacheRules USUAL = new CacheRules(
            Duration.ofSeconds(1),
            Duration.ofDays(1),
            Duration.ofMinutes(5),
            Duration.ofSeconds(5),
            Duration.ofMinutes(1),
            Duration.ofDays(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            0.05);

    private static final int NO_ERROR = 0;
    private static final int CNAME = 5;
    private static final int SOA = 6;
    private static final int JITTER_FROM = 20;

    public CacheRules {
        within("floor", floor, 0, 5);
        within("cap", cap, 1, 604_800);
        within("negativeCap", negativeCap, 0, 10_800);
        within("failureFirst", failureFirst, 1, 300);
        within("failureMost", failureMost, failureFirst.toSeconds(), 300);
        within("staleFor", staleFor, 0, 604_800);
        within("staleTtl", staleTtl, 1, 300);
        within("staleRecheck", staleRecheck, 1, 300);
        if (!(jitter >= 0 && jitter <= 0.1)) {
            throw new IllegalArgumentException("jitter: " + jitter + " (expected: 0 to 0.1)");
        }
    }

    private static void within(String name, Duration value, long least, long most) {
        if (value.toSeconds() < least || value.toSeconds() > most) {
            throw new IllegalArgumentException(
                    name + ": " + value.toSeconds() + " s (expected: " + least + " to " + most + ")");
        }
    }

    /**
     * Seconds that a good answer lives; 0 if it may not be kept at all.
     *
     * @param type what was asked for
     * @param rcode 0 or 3
     * @param records its answer section
     * @param authority its SOA, or nothing
     */
    public long lifetime(int type, int rcode, List<ResourceRecord> records, List<ResourceRecord> authority) {
        var least = cap.toSeconds();
        for (var each : records) {
            least = Math.min(least, each.ttl());
        }
        if (rcode == NO_ERROR && isPositive(type, records)) {
            return Math.max(least, floor.toSeconds());
        }
        if (authority.isEmpty() || authority.getFirst().type() != SOA) {
            return 0; // RFC 2308 section 5: without an SOA nobody says for how long there is nothing
        }
        var soa = authority.getFirst();
        least = Math.min(least, Math.min(soa.ttl(), minimum(soa.data())));
        return Math.max(Math.min(least, negativeCap.toSeconds()), Math.min(floor.toSeconds(), negativeCap.toSeconds()));
    }

    private static boolean isPositive(int type, List<ResourceRecord> records) {
        return !records.isEmpty() && (type == CNAME || records.getLast().type() != CNAME);
    }

    /** The last field of an SOA; above 2^31-1 it is taken as 0, as a TTL is. */
    private static long minimum(byte[] soa) {
        if (soa.length < 22) {
            return 0;
        }
        var value = ByteBuffer.wrap(soa).getInt(soa.length - 4) & 0xffff_ffffL;
        return value > Integer.MAX_VALUE ? 0 : value;
    }

    /**
     * Milliseconds that an answer of this lifetime is kept: a little less, at random.
     *
     * @param chance 0 inclusive to 1 exclusive
     */
    public long kept(long seconds, double chance) {
        var millis = seconds * 1000;
        return seconds < JITTER_FROM ? millis : millis - (long) (millis * jitter * chance);
    }

    /** How long a failure is remembered when {@code before} others came right before it. */
    public Duration failure(int before) {
        var seconds = failureFirst.toSeconds() << Math.min(before, 10);
        return Duration.ofSeconds(Math.min(seconds, failureMost.toSeconds()));
    }
}
