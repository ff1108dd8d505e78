package io.espalier.metrics.trend;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesOut;
import java.util.Arrays;

/**
 * A column of numbers, each told by how its bits differ from those of a number before (XOR, as Pelkonen and others
 * do in "Gorilla", VLDB 2015, here in whole bytes): runs of the same and of nothing take a byte, whole numbers that
 * grow two to four.
 *
 * <pre>
 * 0nnnnnnn            n+1 times the same
 * 10nnnnnn            n+1 times nothing
 * 11lllttt bytes      l zero bytes, the bytes, t zero bytes: to be XORed
 * </pre>
 */
final class Codes {
    private static final int SAMES = 128;
    private static final int GAPS = 64;

    private byte[] bytes = new byte[8];
    private int size;
    private int run;
    private boolean isGap;

    void value(long bits, long before) {
        long x = bits ^ before;
        if (x == 0) {
            more(false, SAMES);
            return;
        }
        flush();
        int lead = Long.numberOfLeadingZeros(x) >>> 3;
        int trail = Long.numberOfTrailingZeros(x) >>> 3;
        room(9);
        bytes[size++] = (byte) (0xc0 | lead << 3 | trail);
        for (int shift = (7 - lead) * 8; shift >= trail * 8; shift -= 8) {
            bytes[size++] = (byte) (x >>> shift);
        }
    }

    void gap(int slots) {
        for (int i = 0; i < slots; i++) {
            more(true, GAPS);
        }
    }

    private void more(boolean gap, int most) {
        if (run > 0 && (isGap != gap || run == most)) {
            flush();
        }
        isGap = gap;
        run++;
    }

    private void flush() {
        if (run > 0) {
            room(1);
            bytes[size++] = (byte) (isGap ? 0x80 | (run - 1) : run - 1);
            run = 0;
        }
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length + (bytes.length >> 1)));
        }
    }

    int size() {
        return size + 1;
    }

    /** All so far, length first. */
    void write(BytesOut out) {
        flush();
        out.varint(size);
        out.raw(bytes, 0, size);
    }

    /** All so far; the run in progress ends, which costs a byte. */
    Reader reader() {
        flush();
        return new Reader(bytes, 0, size);
    }

    /** Goes through a column once. */
    static final class Reader {
        private final byte[] bytes;
        private final int end;
        private int at;
        private int run;
        private boolean isGap;

        Reader(byte[] bytes, int offset, int length) {
            this.bytes = bytes;
            at = offset;
            end = offset + length;
        }

        boolean hasNext() {
            return run > 0 || at < end;
        }

        /** Moves on; whether there is a number. */
        boolean next() {
            if (run > 0) {
                run--;
                return !isGap;
            }
            int code = bytes[at] & 0xff;
            if (code < 0xc0) {
                at++;
                isGap = code >= 0x80;
                run = code & (isGap ? GAPS - 1 : SAMES - 1);
                isDifferent = false;
                return !isGap;
            }
            isDifferent = true;
            return true;
        }

        private boolean isDifferent;

        /** The number that {@link #next} found. */
        long bits(long before) throws BadBytesException {
            if (!isDifferent) {
                return before;
            }
            isDifferent = false;
            int code = bytes[at++] & 0xff;
            int lead = code >>> 3 & 7;
            int trail = code & 7;
            int length = 8 - lead - trail;
            if (length < 1 || end - at < length) {
                throw new BadBytesException("a column that ends within a number");
            }
            long x = 0;
            for (int i = 0; i < length; i++) {
                x = x << 8 | (bytes[at++] & 0xff);
            }
            return before ^ x << trail * 8;
        }
    }
}
