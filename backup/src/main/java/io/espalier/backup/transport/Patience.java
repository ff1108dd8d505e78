package io.espalier.backup.transport;

import io.espalier.backup.repository.StoreException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long one object may take: waits grow from 50 ms to 2 s, and end with the whole time. */
final class Patience {
    private static final long FIRST = Duration.ofMillis(50).toNanos();
    private static final long LONGEST = Duration.ofSeconds(2).toNanos();

    private final String what;
    private final long end;
    private long wait = FIRST;

    Patience(String what, Duration whole) {
        this.what = what;
        this.end = System.nanoTime() + whole.toNanos();
    }

    /** Waits before the next try. @throws StoreException UNREACHABLE with {@code cause} if the time is over */
    void rest(String cause) throws StoreException, InterruptedException {
        if (System.nanoTime() - end > 0) {
            throw new StoreException(StoreException.Reason.UNREACHABLE, what + ": no answer in time: " + cause);
        }
        long jitter = ThreadLocalRandom.current().nextLong(wait / 2 + 1);
        Thread.sleep(Duration.ofNanos(wait / 2 + jitter));
        wait = Math.min(LONGEST, wait * 2);
    }

    /** Something went forward. */
    void renew() {
        wait = FIRST;
    }
}
