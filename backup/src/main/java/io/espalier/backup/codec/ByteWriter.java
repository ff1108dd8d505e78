package io.espalier.backup.codec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes values one after the other into memory. For one thread. */
public final class ByteWriter {

    private byte[] bytes = new byte[256];
    private int size;

    /** A whole number from 0 on: seven bits a byte, lowest first, the top bit set on all but the last. */
    public ByteWriter number(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("number: " + value + " (expected: at least 0)");
        }
        room(10);
        while (value >= 0x80) {
            bytes[size++] = (byte) (value | 0x80);
            value >>>= 7;
        }
        bytes[size++] = (byte) value;
        return this;
    }

    /** Any whole number, small ones in few bytes whatever their sign. */
    public ByteWriter signed(long value) {
        room(10);
        long zigzag = value << 1 ^ value >> 63;
        while ((zigzag & ~0x7fL) != 0) {
            bytes[size++] = (byte) (zigzag | 0x80);
            zigzag >>>= 7;
        }
        bytes[size++] = (byte) zigzag;
        return this;
    }

    /** Bytes whose number the reader knows. */
    public ByteWriter raw(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
        return this;
    }

    /** Bytes, with their number in front. */
    public ByteWriter block(byte[] value) {
        return number(value.length).raw(value);
    }

    /** A block of UTF-8. */
    public ByteWriter text(String value) {
        return block(value.getBytes(StandardCharsets.UTF_8));
    }

    public ByteWriter flag(boolean value) {
        return number(value ? 1 : 0);
    }

    public int size() {
        return size;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    /** Forgets what was written and keeps the memory. */
    public void clear() {
        size = 0;
    }

    /** Hands what was written to {@code out}, without a copy. */
    public void writeTo(ByteTarget out) throws IOException {
        out.write(bytes, 0, size);
    }

    /** Where bytes go. */
    @FunctionalInterface
    public interface ByteTarget {
        void write(byte[] bytes, int from, int length) throws IOException;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
