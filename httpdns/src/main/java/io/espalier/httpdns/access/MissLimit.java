package io.espalier.httpdns.access;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * How many misses a network may cause. Hits cost nothing and are never limited. The wider a network, the more it may,
 * and each of them is held to its own limit: IPv4 /32, /24, /20, /18 as 1, 32, 256, 768; IPv6 /128, /64, /56, /48, /32
 * as 1, 2, 3, 4, 64 (the ladder of Knot Resolver).
 *
 * <p>Each network has one number: when it would be even again if it stopped asking now (GCRA). They live in a table of
 * fixed size, eight to a row; a full row forgets whoever is nearest to even. Rows are chosen by a hash that nobody else
 * can compute.
 */
public final class MissLimit {
    private static final int WAYS = 8;
    private static final int LOCKS = 64;
    private static final int[] IPV4_BITS = {32, 24, 20, 18};
    private static final int[] IPV4_SHARES = {1, 32, 256, 768};
    private static final int[] IPV6_BITS = {128, 64, 56, 48, 32};
    private static final int[] IPV6_SHARES = {1, 2, 3, 4, 64};

    private final double nanosEach;
    private final long burstNanos;
    private final Networks exempt;
    private final long[] keys;
    private final long[] evenAt;
    private final int rowMask;
    private final long seed = new SecureRandom().nextLong();
    private final Object[] locks = new Object[LOCKS];

    /**
     * @param perSecond misses a second that one IPv4 address may cause for ever
     * @param burst how many it may cause at once after a quiet time
     * @param exempt who may cause any number
     * @param rows of eight networks each, a power of two
     */
    public MissLimit(double perSecond, int burst, Networks exempt, int rows) {
        if (!(perSecond > 0) || burst < 1 || Integer.bitCount(rows) != 1) {
            throw new IllegalArgumentException("misses: " + perSecond + " a second, " + burst + " at once, " + rows
                    + " rows (expected: more than 0, at least 1, a power of two)");
        }
        nanosEach = 1e9 / perSecond;
        burstNanos = (long) (burst * nanosEach);
        this.exempt = exempt;
        keys = new long[rows * WAYS];
        evenAt = new long[rows * WAYS];
        rowMask = rows - 1;
        Arrays.setAll(locks, i -> new Object());
    }

    /**
     * Counts misses of one client, unless that is too many for one of its networks; then none is counted.
     *
     * @param now in nanoseconds, from any zero point
     * @return 0 if it may go on; otherwise in how many nanoseconds it may try again
     */
    public long count(InetAddress client, int misses, long now) {
        if (exempt.contains(client)) {
            return 0;
        }
        var address = client.getAddress();
        var isV4 = client instanceof Inet4Address;
        var bits = isV4 ? IPV4_BITS : IPV6_BITS;
        var shares = isV4 ? IPV4_SHARES : IPV6_SHARES;
        var wait = 0L;
        for (var i = 0; i < bits.length; i++) {
            wait = Math.max(wait, waitOf(key(address, bits[i]), misses, shares[i], now));
        }
        if (wait == 0) {
            for (var i = 0; i < bits.length; i++) {
                charge(key(address, bits[i]), misses, shares[i], now);
            }
        }
        return wait;
    }

    private long waitOf(long key, int misses, int share, long now) {
        synchronized (lock(key)) {
            var at = find(key);
            if (at < 0) {
                return 0;
            }
            // More at once than a burst would wait for ever; they go when the network is even.
            var ahead = Math.min(burstNanos, (long) (misses * nanosEach / share));
            return Math.max(0, evenAt[at] - now + ahead - burstNanos);
        }
    }

    private void charge(long key, int misses, int share, long now) {
        synchronized (lock(key)) {
            var at = find(key);
            if (at < 0) {
                at = victim(key);
                keys[at] = key;
                evenAt[at] = now;
            }
            var from = evenAt[at] - now < 0 ? now : evenAt[at];
            evenAt[at] = from + (long) (misses * nanosEach / share);
        }
    }

    private Object lock(long key) {
        return locks[row(key) & LOCKS - 1];
    }

    private int row(long key) {
        return (int) (key >>> 32) & rowMask;
    }

    private int find(long key) {
        var first = row(key) * WAYS;
        for (var i = first; i < first + WAYS; i++) {
            if (keys[i] == key) {
                return i;
            }
        }
        return -1;
    }

    private int victim(long key) {
        var first = row(key) * WAYS;
        var least = first;
        for (var i = first; i < first + WAYS; i++) {
            if (keys[i] == 0) {
                return i;
            }
            if (evenAt[i] - evenAt[least] < 0) {
                least = i;
            }
        }
        return least;
    }

    /** Of a network; never 0, which marks a free place. */
    private long key(byte[] address, int bits) {
        var hash = seed ^ bits * 0x9e3779b97f4a7c15L;
        for (var i = 0; i * 8 < bits; i++) {
            var kept = Math.min(8, bits - i * 8);
            hash = mixed(hash ^ (address[i] & (0xff00 >> kept) & 0xff));
        }
        return hash == 0 ? 1 : hash;
    }

    // The finaliser of SplitMix64
    private static long mixed(long value) {
        var z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
