package io.espalier.metrics.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A 32 bit hash of a key's bytes, eight at a time. Not stored on disk, so it may change. */
public final class KeyHash {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long K0 = 0x9E3779B97F4A7C15L;
    private static final long K1 = 0xD6E8FEB86659FD93L;

    private KeyHash() {}

    public static int of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    public static int of(byte[] bytes, int offset, int length) {
        return (int) (of64(bytes, offset, length) >>> 32);
    }

    /** For sketches that need 64 good bits. */
    public static long of64(byte[] bytes, int offset, int length) {
        long hash = length * K1;
        int at = offset;
        int end = offset + length;
        for (; at + 8 <= end; at += 8) {
            hash = step(hash, (long) LONG.get(bytes, at));
        }
        if (at < end) {
            long tail = 0;
            for (; at < end; at++) {
                tail = tail << 8 | (bytes[at] & 0xff);
            }
            hash = step(hash, tail);
        }
        return finish(hash);
    }

    /** Of a key below a parent. */
    static int edge(int parent, int key) {
        return (int) (finish((parent * K0) ^ (key & 0xffffffffL)) >>> 32);
    }

    private static long step(long hash, long word) {
        long low = (hash ^ word) * K0;
        return low ^ Math.unsignedMultiplyHigh(hash ^ word, K1);
    }

    private static long finish(long hash) {
        long h = (hash ^ hash >>> 32) * K1;
        h = (h ^ h >>> 29) * K0;
        return h ^ h >>> 32;
    }
}
