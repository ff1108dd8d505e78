package io.espalier.httpdns.redis;

/**
 * Leaves a shard alone that fails: five failures within a second open it for a second, then one call tries. Times are of
 * a {@link System#nanoTime} that the caller reads.
 */
final class Breaker {
    static final long SECOND = 1_000_000_000L;
    private static final int FAILURES = 5;
    private static final long REMEMBERED = 5 * SECOND;

    private int failures;
    private long firstAt;
    private boolean open;
    private long tryAt;

    /** True if a call may go out now. Whoever gets true tells how it went. */
    synchronized boolean admits(long now) {
        if (!open) {
            return true;
        }
        if (now - tryAt < 0) {
            return false;
        }
        tryAt = now + SECOND; // this one tries; the others wait for what it finds
        return true;
    }

    synchronized void good() {
        open = false;
        failures = 0;
    }

    /** True if it opened with this. */
    synchronized boolean bad(long now) {
        if (open) {
            tryAt = now + SECOND;
            return false;
        }
        if (failures == 0 || now - firstAt > SECOND) {
            failures = 0;
            firstAt = now;
        }
        if (++failures < FAILURES) {
            return false;
        }
        open = true;
        tryAt = now + SECOND;
        return true;
    }

    /** True if no call may go out now, not even one that tries. */
    synchronized boolean isOpen(long now) {
        return open && now - tryAt < 0;
    }

    /** True if it is left alone and was tried of late: a node that has left the cluster is not out for ever. */
    synchronized boolean isOut(long now) {
        return open && now - tryAt < REMEMBERED;
    }

    synchronized boolean isOpen() {
        return open;
    }
}
