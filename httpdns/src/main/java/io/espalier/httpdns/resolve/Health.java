package io.espalier.httpdns.resolve;

import java.util.concurrent.TimeUnit;

/**
 * What is known of one upstream: how fast it answers, whether it is down. Times are of a {@link System#nanoTime} that
 * the caller reads, so that every rule is tested without waiting.
 */
final class Health {
    private static final int FAULTS_TO_DOWN = 3;
    private static final int SPELLINGS_TO_PLAIN = 3;
    private static final double HALF_LIFE = TimeUnit.SECONDS.toNanos(30);
    private static final long FIRST_HEDGE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final double LEAST_PATIENCE = TimeUnit.MILLISECONDS.toNanos(20);
    private static final double MOST_PATIENCE = TimeUnit.MILLISECONDS.toNanos(300);

    private double average;
    private long measuredAt;
    private int faults;
    private boolean down;
    private int spellings;

    synchronized void answered(long took, long now) {
        measure(took, now);
        faults = 0;
        down = false;
    }

    /** It was left behind by a faster one after this long. */
    synchronized void outrun(long after, long now) {
        if (after > average) {
            measure(after, now);
        }
    }

    /** It timed out, refused, or talked nonsense. True if it is down from now on. */
    synchronized boolean fault(long took, long now) {
        measure(Math.max(took, (long) average), now);
        var was = down;
        down = ++faults >= FAULTS_TO_DOWN;
        return down && !was;
    }

    private void measure(long took, long now) {
        average = measuredAt == 0 ? took : average * 0.8 + took * 0.2;
        measuredAt = now;
    }

    synchronized boolean isDown() {
        return down;
    }

    /** Its average time, half as bad each 30 s without news: a slow one gets its next chance. */
    synchronized long score(long now) {
        return measuredAt == 0 ? 0 : (long) (average * Math.pow(0.5, (now - measuredAt) / HALF_LIFE));
    }

    /** How long to wait for it before another is asked as well: three of its usual times, 20 to 300 ms. */
    synchronized long patience() {
        return measuredAt == 0 ? FIRST_HEDGE : (long) Math.clamp(average * 3, LEAST_PATIENCE, MOST_PATIENCE);
    }

    /** Over TCP it answered what over UDP came in another spelling. True if mixed spelling is given up now. */
    synchronized boolean respelt() {
        return ++spellings == SPELLINGS_TO_PLAIN;
    }

    synchronized void keptSpelling() {
        if (spellings < SPELLINGS_TO_PLAIN) {
            spellings = 0;
        }
    }

    /** True while the name's spelling is mixed for it. */
    synchronized boolean mixesSpelling() {
        return spellings < SPELLINGS_TO_PLAIN;
    }

    synchronized long averageNanos() {
        return (long) average;
    }
}
