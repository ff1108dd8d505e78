package io.espalier.orchestrator.source.git;

import io.espalier.protocol.Reason;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Lets a pack through until it breaks a limit. The number of objects stands in the pack's header ({@code PACK}, version,
 * count; 4 bytes each, big-endian), so too many are refused before the first one is read.
 */
final class PackLimitStream extends FilterInputStream {

    private static final int HEADER = 12;

    private final PackLimits limits;
    private final long deadline;
    private long total;
    private int header;
    private long objects;

    PackLimitStream(InputStream in, PackLimits limits) {
        super(in);
        this.limits = limits;
        this.deadline = System.nanoTime() + limits.time().toNanos();
    }

    @Override
    public int read() throws IOException {
        int next = super.read();
        if (next >= 0) {
            count((byte) next);
            check(1);
        }
        return next;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int count = super.read(buffer, offset, length);
        for (int i = 0; i < count && header < HEADER; i++) {
            count(buffer[offset + i]);
        }
        if (count > 0) {
            check(count);
        }
        return count;
    }

    private void count(byte next) throws IOException {
        if (header == HEADER) {
            return;
        }
        if (header >= HEADER - 4) {
            objects = (objects << 8) | (next & 0xff);
        }
        header++;
        if (header == HEADER && objects > limits.objects()) {
            throw new PackRefused(
                    Reason.TOO_LARGE, "the pack holds " + objects + " objects (at most " + limits.objects() + ")");
        }
    }

    private void check(int count) throws IOException {
        total += count;
        if (total > limits.bytes()) {
            throw new PackRefused(Reason.TOO_LARGE, "the pack is over " + Sizes.text(limits.bytes()));
        }
        if (System.nanoTime() - deadline > 0) {
            throw new PackRefused(
                    Reason.TIMED_OUT, "the pack took more than " + limits.time().toSeconds() + " s");
        }
    }

    @Override
    public long skip(long count) throws IOException {
        byte[] scratch = new byte[(int) Math.min(count, 8192)];
        int got = read(scratch, 0, scratch.length);
        return Math.max(got, 0);
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
