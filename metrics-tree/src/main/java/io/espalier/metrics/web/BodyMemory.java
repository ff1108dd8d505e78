package io.espalier.metrics.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The memory that bodies being read may take together. A body takes of it as it comes, not as it is announced: a
 * slow sender holds little, and a small body never waits behind large ones for long.
 */
final class BodyMemory implements AutoCloseable {
    private static final int UNIT = 1 << 16;
    private static final int MAX_UNITS = 8 * PushBody.MAX / UNIT;
    private static final long WAIT_SECONDS = 10;
    private static final Semaphore FREE = new Semaphore(
            (int) Math.clamp(Runtime.getRuntime().maxMemory() / 4 / UNIT, 2L * PushBody.MAX / UNIT + 4, MAX_UNITS));

    private int taken;

    /** At most {@code most} bytes of {@code in}. */
    byte[] read(InputStream in, int most) throws IOException {
        take(1);
        byte[] bytes = new byte[Math.min(most, UNIT)];
        int length = 0;
        while (true) {
            int n = in.read(bytes, length, bytes.length - length);
            if (n < 0) {
                return Arrays.copyOf(bytes, length);
            }
            length += n;
            if (length == most) {
                return bytes;
            }
            if (length == bytes.length) {
                int wider = Math.min(most, length * 2);
                take((wider - length + UNIT - 1) / UNIT);
                bytes = Arrays.copyOf(bytes, wider);
            }
        }
    }

    private void take(int units) {
        try {
            if (!FREE.tryAcquire(units, WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new PushBody.RefusedException(503, "BUSY", "too much is being pushed at once: try again");
            }
            taken += units;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PushBody.RefusedException(503, "BUSY", "the tree is ending");
        }
    }

    @Override
    public void close() {
        FREE.release(taken);
    }
}
