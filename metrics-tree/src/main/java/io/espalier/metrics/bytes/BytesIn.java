package io.espalier.metrics.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link BytesOut} wrote. */
public final class BytesIn {
    private final byte[] bytes;
    private final int end;
    private int at;

    public BytesIn(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        at = offset;
        end = offset + length;
    }

    public BytesIn(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    public boolean isAtEnd() {
        return at == end;
    }

    public int left() {
        return end - at;
    }

    public int u1() throws BadBytesException {
        need(1);
        return bytes[at++] & 0xff;
    }

    public int i4() throws BadBytesException {
        need(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 8 | (bytes[at++] & 0xff);
        }
        return value;
    }

    public long i8() throws BadBytesException {
        return (long) i4() << 32 | (i4() & 0xffffffffL);
    }

    public double f8() throws BadBytesException {
        return Double.longBitsToDouble(i8());
    }

    public long varint() throws BadBytesException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = u1();
            value |= (b & 0x7fL) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new BadBytesException("a number of more than ten bytes");
    }

    public long zigzag() throws BadBytesException {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    /** A number that something is about to be made as large as. */
    public int count(int most) throws BadBytesException {
        long value = varint();
        if (value < 0 || value > most) {
            throw new BadBytesException("a count of " + value + " (at most " + most + ")");
        }
        return (int) value;
    }

    public void skip(int length) throws BadBytesException {
        need(length);
        at += length;
    }

    public byte[] block() throws BadBytesException {
        int length = count(left());
        byte[] block = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return block;
    }

    public String text() throws BadBytesException {
        return new String(block(), StandardCharsets.UTF_8);
    }

    private void need(int more) throws BadBytesException {
        if (end - at < more) {
            throw new BadBytesException("the end, where " + more + " more bytes should be");
        }
    }
}
