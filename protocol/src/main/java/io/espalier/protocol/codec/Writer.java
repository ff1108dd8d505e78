package io.espalier.protocol.codec;

import io.espalier.protocol.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Writes values in the one byte form of the protocol; {@link Reader} is its mirror.
 *
 * <pre>
 * int, long   unsigned LEB128 varint (RFC-less, as in DWARF and protocol buffers); negative numbers are not written
 * boolean     one byte, 0 or 1
 * text        varint length in bytes, UTF-8
 * bytes       varint length, the bytes
 * digest      32 raw bytes
 * instant     varint milliseconds since 1970 UTC
 * duration    varint milliseconds
 * list        varint count, the elements
 * optional    boolean, the value if true
 * enum        its text name
 * </pre>
 */
public final class Writer {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);

    public Writer number(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("number: " + value + " (expected: >= 0)");
        }
        long rest = value;
        while (rest > 0x7f) {
            out.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return this;
    }

    public Writer flag(boolean value) {
        out.write(value ? 1 : 0);
        return this;
    }

    public Writer text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    public Writer bytes(byte[] value) {
        number(value.length);
        out.writeBytes(value);
        return this;
    }

    public Writer digest(Digest value) {
        out.writeBytes(value.raw());
        return this;
    }

    public Writer instant(Instant value) {
        return number(value.toEpochMilli());
    }

    public Writer duration(Duration value) {
        return number(value.toMillis());
    }

    public Writer name(Enum<?> value) {
        return text(value.name());
    }

    public <T> Writer list(Collection<T> values, BiConsumer<Writer, T> element) {
        number(values.size());
        values.forEach(value -> element.accept(this, value));
        return this;
    }

    public <T> Writer optional(Optional<T> value, BiConsumer<Writer, T> element) {
        flag(value.isPresent());
        value.ifPresent(present -> element.accept(this, present));
        return this;
    }

    public byte[] toBytes() {
        return out.toByteArray();
    }
}
