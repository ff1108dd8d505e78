package io.espalier.backup.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link ByteWriter} wrote. Trusts nothing: a length is checked before memory is taken for it. */
public final class ByteReader {

    private final byte[] bytes;
    private final int end;
    private int at;

    public ByteReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    public ByteReader(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.at = from;
        this.end = from + length;
    }

    public long number() throws FormatException {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            byte next = next();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new FormatException("a number longer than 63 bits at byte " + at);
    }

    public long signed() throws FormatException {
        long zigzag = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            byte next = next();
            zigzag |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return zigzag >>> 1 ^ -(zigzag & 1);
            }
        }
        throw new FormatException("a number longer than 64 bits at byte " + at);
    }

    /** @throws FormatException if it is more than {@code most} */
    public int integer(int most) throws FormatException {
        long value = number();
        if (value > most) {
            throw new FormatException("number: " + value + " (expected: at most " + most + ") at byte " + at);
        }
        return (int) value;
    }

    public byte[] raw(int length) throws FormatException {
        if (length < 0 || length > remaining()) {
            throw new FormatException(length + " bytes wanted and " + remaining() + " left at byte " + at);
        }
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    public byte[] block() throws FormatException {
        return raw(integer(remaining()));
    }

    public String text() throws FormatException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(block()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new FormatException("text that is no UTF-8 before byte " + at, e);
        }
    }

    public boolean flag() throws FormatException {
        return integer(1) == 1;
    }

    /** How many elements follow, each at least {@code leastBytes} long, so that no list is made for bytes that are not there. */
    public int count(int leastBytes) throws FormatException {
        return integer(remaining() / leastBytes);
    }

    public int remaining() {
        return end - at;
    }

    /** @throws FormatException if anything is left */
    public void end() throws FormatException {
        if (at != end) {
            throw new FormatException(remaining() + " bytes too many at byte " + at);
        }
    }

    private byte next() throws FormatException {
        if (at == end) {
            throw new FormatException("ends too early, at byte " + at);
        }
        return bytes[at++];
    }
}
