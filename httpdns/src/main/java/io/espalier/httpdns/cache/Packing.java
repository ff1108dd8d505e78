package io.espalier.httpdns.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.espalier.httpdns.answer.Presentation;
import io.espalier.httpdns.answer.ResourceRecord;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a kept answer, in as few bytes as is cheap. Numbers are varints (seven bits a byte, low ones first):
 *
 * <pre>
 * rcode, note's length, note in UTF-8,
 * answer count, records..., authority count, records...
 *
 * record: owner kind   0 the name asked, 1 the owner of the record before, 2 the target of the record before,
 *                      3 a length and the name itself
 *         type, TTL, data's length, data,
 *         text kind    0 follows from the data ({@link Presentation}), 1 a length and the text in UTF-8
 * </pre>
 *
 * <p>{@code 00 00 01 00 01 ac02 04 7f000001 00 00} is one A record, 127.0.0.1, with a TTL of 300.
 */
public final class Packing {
    private static final int RECORDS = 4096;

    private Packing() {}

    /** What a body says. */
    public record Unpacked(
            int rcode, @Nullable String note, List<ResourceRecord> records, List<ResourceRecord> authority) {}

    /** @param name the name asked, which the records need not repeat */
    public static byte[] pack(
            String name,
            int rcode,
            @Nullable String note,
            List<ResourceRecord> records,
            List<ResourceRecord> authority) {
        var out = new ByteArrayOutputStream(64);
        number(out, rcode);
        bytes(out, note == null ? new byte[0] : note.getBytes(UTF_8));
        section(out, name, records);
        section(out, name, authority);
        return out.toByteArray();
    }

    private static void section(ByteArrayOutputStream out, String name, List<ResourceRecord> records) {
        number(out, records.size());
        ResourceRecord before = null;
        for (var each : records) {
            if (each.name().equals(name)) {
                out.write(0);
            } else if (before != null && each.name().equals(before.name())) {
                out.write(1);
            } else if (before != null && isTarget(before, each.name())) {
                out.write(2);
            } else {
                out.write(3);
                bytes(out, each.name().getBytes(UTF_8));
            }
            number(out, each.type());
            number(out, each.ttl());
            bytes(out, each.data());
            if (each.text().equals(Presentation.of(each.type(), each.data()))) {
                out.write(0);
            } else {
                out.write(1);
                bytes(out, each.text().getBytes(UTF_8));
            }
            before = each;
        }
    }

    private static boolean isTarget(ResourceRecord before, String name) {
        return before.text().length() == name.length() + 1
                && before.text().startsWith(name)
                && before.text().endsWith(".");
    }

    private static void bytes(ByteArrayOutputStream out, byte[] bytes) {
        number(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void number(ByteArrayOutputStream out, long value) {
        while (value > 0x7f) {
            out.write((int) ((value & 0x7f) | 0x80));
            value >>>= 7;
        }
        out.write((int) value);
    }

    /**
     * @param name the name asked
     * @param body whose position is at its beginning and whose limit is at its end; both may come from a peer
     * @param most no record's TTL is above this
     * @param elapsed seconds to take off each TTL; what is left is at least 1
     * @throws IllegalArgumentException if this is not a body
     */
    public static Unpacked unpack(String name, ByteBuffer body, long most, long elapsed) {
        try {
            var rcode = (int) number(body, 4095);
            var note = bytes(body);
            var records = section(body, name, most, elapsed);
            var authority = section(body, name, most, elapsed);
            if (body.hasRemaining()) {
                throw new IllegalArgumentException("body: " + body.remaining() + " bytes too long");
            }
            return new Unpacked(rcode, note.length == 0 ? null : new String(note, UTF_8), records, authority);
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("body: too short", e);
        }
    }

    private static List<ResourceRecord> section(ByteBuffer body, String name, long most, long elapsed) {
        var count = (int) number(body, RECORDS);
        var records = new ArrayList<ResourceRecord>(Math.min(count, body.remaining()));
        ResourceRecord before = null;
        for (var i = 0; i < count; i++) {
            var owner = owner(body, name, before);
            var type = (int) number(body, 65_535);
            var ttl = Math.max(1, Math.min(most, number(body, Integer.MAX_VALUE) - elapsed));
            var data = bytes(body);
            var text = switch (body.get()) {
                case 0 -> Presentation.of(type, data);
                case 1 -> new String(bytes(body), UTF_8);
                default -> null;
            };
            if (text == null) {
                throw new IllegalArgumentException("body: a record of type " + type + " without a text");
            }
            before = new ResourceRecord(owner, type, ttl, data, text);
            records.add(before);
        }
        return records;
    }

    private static String owner(ByteBuffer body, String name, @Nullable ResourceRecord before) {
        var kind = body.get();
        if (kind == 0) {
            return name;
        }
        if (kind == 3) {
            return new String(bytes(body), UTF_8);
        }
        if (before == null || kind < 0 || kind > 3) {
            throw new IllegalArgumentException("body: an owner of kind " + kind);
        }
        return kind == 1
                ? before.name()
                : before.text().substring(0, Math.max(0, before.text().length() - 1));
    }

    private static byte[] bytes(ByteBuffer body) {
        var length = (int) number(body, 65_535);
        if (length > body.remaining()) {
            throw new BufferUnderflowException();
        }
        var bytes = new byte[length];
        body.get(bytes);
        return bytes;
    }

    private static long number(ByteBuffer body, long most) {
        var value = 0L;
        for (var shift = 0; shift < 35; shift += 7) {
            var b = body.get();
            value |= (b & 0x7fL) << shift;
            if (b >= 0) {
                if (value > most) {
                    break;
                }
                return value;
            }
        }
        throw new IllegalArgumentException("body: a number above " + most);
    }
}
