package io.espalier.backup.repository;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hands objects on no faster than so many bytes a second on average: each object waits until those before it would have
 * gone through at that rate.
 */
public final class ThrottledSink implements ObjectSink {

    private static final long SECOND = 1_000_000_000L;

    private final ObjectSink next;
    private final long bytesPerSecond;
    private final ReentrantLock lock = new ReentrantLock();
    private long freeAt = System.nanoTime();

    public ThrottledSink(ObjectSink next, long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytesPerSecond: " + bytesPerSecond + " (expected: at least 1)");
        }
        this.next = next;
        this.bytesPerSecond = bytesPerSecond;
    }

    @Override
    public Receipt put(ObjectName name, ByteBuffer content) throws StoreException, InterruptedException {
        long wait;
        lock.lock();
        try {
            long now = System.nanoTime();
            wait = Math.max(0, freeAt - now);
            freeAt = now + wait + (long) ((double) content.remaining() * SECOND / bytesPerSecond);
        } finally {
            lock.unlock();
        }
        if (wait > 0) {
            Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
        }
        return next.put(name, content);
    }
}
