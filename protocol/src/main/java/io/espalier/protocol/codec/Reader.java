package io.espalier.protocol.codec;

import io.espalier.protocol.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads what {@link Writer} wrote. Trusts nothing: every length is checked against the bytes that are really there
 * before memory is taken for it.
 */
public final class Reader {

    private final byte[] bytes;
    private int at;

    public Reader(byte[] bytes) {
        this.bytes = bytes;
    }

    public long number() {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            byte next = next();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new MalformedException("number longer than 63 bits at byte " + at);
    }

    public int integer() {
        long value = number();
        if (value > Integer.MAX_VALUE) {
            throw new MalformedException("integer: " + value + " (expected: at most " + Integer.MAX_VALUE + ")");
        }
        return (int) value;
    }

    public boolean flag() {
        byte value = next();
        if (value != 0 && value != 1) {
            throw new MalformedException("flag: " + value + " (expected: 0 or 1)");
        }
        return value == 1;
    }

    public String text() {
        byte[] utf8 = bytes();
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedException("text that is not UTF-8 before byte " + at, e);
        }
    }

    public byte[] bytes() {
        return take(integer());
    }

    public Digest digest() {
        return Digest.ofRaw(take(Digest.BYTES));
    }

    public Instant instant() {
        return Instant.ofEpochMilli(number());
    }

    public Duration duration() {
        return Duration.ofMillis(number());
    }

    public <E extends Enum<E>> E name(Class<E> type) {
        String name = text();
        try {
            return Enum.valueOf(type, name);
        } catch (IllegalArgumentException e) {
            throw new MalformedException(type.getSimpleName() + ": " + name + " (unknown)", e);
        }
    }

    public <T> List<T> list(Function<Reader, T> element) {
        int count = integer();
        if (count > bytes.length - at) { // every element takes at least a byte
            throw new MalformedException("list of " + count + " in " + (bytes.length - at) + " bytes");
        }
        var values = new ArrayList<T>(count);
        for (int i = 0; i < count; i++) {
            values.add(element.apply(this));
        }
        return values;
    }

    public <T> Optional<T> optional(Function<Reader, T> element) {
        return flag() ? Optional.of(element.apply(this)) : Optional.empty();
    }

    /** @throws MalformedException unless everything was read */
    public void end() {
        if (at != bytes.length) {
            throw new MalformedException((bytes.length - at) + " bytes too many");
        }
    }

    private byte next() {
        if (at >= bytes.length) {
            throw new MalformedException("cut short at byte " + at);
        }
        return bytes[at++];
    }

    private byte[] take(int length) {
        if (length > bytes.length - at) {
            throw new MalformedException("cut short: " + length + " bytes wanted, " + (bytes.length - at) + " there");
        }
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }
}
