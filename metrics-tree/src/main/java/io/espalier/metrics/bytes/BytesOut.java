package io.espalier.metrics.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow at their end. Fixed numbers are big endian, others seven bits a byte, lowest first. */
public final class BytesOut {
    private byte[] bytes;
    private int size;

    public BytesOut(int room) {
        bytes = new byte[Math.max(16, room)];
    }

    public int size() {
        return size;
    }

    /** What was written up to {@link #size}; it changes with the next write. */
    public byte[] array() {
        return bytes;
    }

    public byte[] copy() {
        return Arrays.copyOf(bytes, size);
    }

    public void clear() {
        size = 0;
    }

    public void u1(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    public void i4(int value) {
        room(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    public void i8(long value) {
        room(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
    }

    public void f8(double value) {
        i8(Double.doubleToRawLongBits(value));
    }

    /** Small where {@code value} is small and not negative. */
    public void varint(long value) {
        room(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Small where {@code value} is near zero. */
    public void zigzag(long value) {
        varint(value << 1 ^ value >> 63);
    }

    public void raw(byte[] from, int offset, int length) {
        room(length);
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
    }

    /** Length first. */
    public void block(byte[] from) {
        varint(from.length);
        raw(from, 0, from.length);
    }

    public void text(String text) {
        block(text.getBytes(StandardCharsets.UTF_8));
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(
                    bytes, Math.max(Math.addExact(size, more), (int) Math.min(bytes.length * 2L, 1 << 30)));
        }
    }
}
