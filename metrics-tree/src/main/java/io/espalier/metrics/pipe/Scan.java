package io.espalier.metrics.pipe;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for a byte, eight at a time. */
public final class Scan {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080_8080L;

    private Scan() {}

    /** Where {@code wanted} is first, from {@code from} up to {@code to}; -1 if it is not. */
    public static int find(byte[] bytes, int from, int to, byte wanted) {
        long pattern = ONES * (wanted & 0xffL);
        int at = from;
        for (; at + 8 <= to; at += 8) {
            // A byte of it is zero where the wanted one is; the lowest high bit that comes of it is exact.
            long word = (long) LONG.get(bytes, at) ^ pattern;
            long hits = (word - ONES) & ~word & HIGHS;
            if (hits != 0) {
                return at + (Long.numberOfTrailingZeros(hits) >>> 3);
            }
        }
        for (; at < to; at++) {
            if (bytes[at] == wanted) {
                return at;
            }
        }
        return -1;
    }

    /** The same, but for those behind an odd number of backslashes. */
    static int findUnescaped(byte[] bytes, int from, int to, byte wanted) {
        int at = find(bytes, from, to, wanted);
        while (at >= 0 && isEscaped(bytes, from, at)) {
            at = find(bytes, at + 1, to, wanted);
        }
        return at;
    }

    private static boolean isEscaped(byte[] bytes, int from, int at) {
        int before = at;
        while (before > from && bytes[before - 1] == '\\') {
            before--;
        }
        return ((at - before) & 1) != 0;
    }
}
