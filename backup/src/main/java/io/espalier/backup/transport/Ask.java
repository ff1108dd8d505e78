package io.espalier.backup.transport;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a host asks of its own store: which objects there are, how long one is, a part of one. One byte form over every
 * transport; an answer is a byte, 0 or the number of a {@link StoreException.Reason}, and the bytes or the detail.
 */
public sealed interface Ask {
    /** Names in one answer at most. */
    int PAGE = 8_192;
    /** Bytes of an object in one answer at most. */
    int PART = 256 << 10;
    /** No question is longer. */
    int LONGEST = 128;

    /** The names of a kind that come after one, in order, {@link #PAGE} of them at most: 32 bytes each. */
    record Names(Kind kind, Optional<ObjectName> after) implements Ask {}

    /** How long: a varint, one more than the bytes; 0 if there is none. */
    record Size(ObjectName name) implements Ask {}

    /** @param length at most {@link #PART} */
    record Part(ObjectName name, long offset, int length) implements Ask {
        public Part {
            if (offset < 0 || length < 0 || length > PART) {
                throw new IllegalArgumentException("part: " + length + " bytes from " + offset);
            }
        }
    }

    /** The object's kind, by which rights are given. */
    default Kind kind() {
        return switch (this) {
            case Names names -> names.kind;
            case Size size -> size.name.kind();
            case Part part -> part.name.kind();
        };
    }

    default byte[] encode() {
        var out = new ByteWriter();
        switch (this) {
            case Names names -> {
                out.number(1).text(names.kind.name()).flag(names.after.isPresent());
                names.after.ifPresent(after -> out.raw(after.hash()));
            }
            case Size size -> out.number(2).text(size.name.kind().name()).raw(size.name.hash());
            case Part part ->
                out.number(3)
                        .text(part.name.kind().name())
                        .raw(part.name.hash())
                        .number(part.offset)
                        .number(part.length);
        }
        return out.toBytes();
    }

    static Ask decode(byte[] bytes) throws FormatException {
        if (bytes.length > LONGEST) {
            throw new FormatException("a question of " + bytes.length + " bytes");
        }
        var in = new ByteReader(bytes);
        int form = in.integer(3);
        Kind kind = kind(in.text());
        Ask ask = switch (form) {
            case 1 -> new Names(kind, in.flag() ? Optional.of(ObjectName.ofHash(kind, in.raw(32))) : Optional.empty());
            case 2 -> new Size(ObjectName.ofHash(kind, in.raw(32)));
            case 3 -> new Part(ObjectName.ofHash(kind, in.raw(32)), in.number(), in.integer(PART));
            default -> throw new FormatException("no such question");
        };
        in.end();
        return ask;
    }

    private static Kind kind(String text) throws FormatException {
        try {
            return Kind.valueOf(text);
        } catch (IllegalArgumentException e) {
            throw new FormatException("no such kind", e);
        }
    }

    /** The answer that gives {@code bytes}. */
    static byte[] given(byte[] bytes) {
        byte[] answer = new byte[1 + bytes.length];
        System.arraycopy(bytes, 0, answer, 1, bytes.length);
        return answer;
    }

    /** The answer that gives nothing. */
    static byte[] refused(StoreException.Reason reason, String detail) {
        return new ByteWriter().number(code(reason)).text(detail).toBytes();
    }

    private static int code(StoreException.Reason reason) {
        return switch (reason) {
            case NOT_FOUND -> 1;
            case DAMAGED -> 2;
            case FULL -> 3;
            case DENIED -> 4;
            case UNREACHABLE -> 5;
            case FAILED -> 6;
        };
    }

    /**
     * The bytes of an answer.
     *
     * @throws StoreException if it says so, or is no answer
     */
    static byte[] open(byte[] answer) throws StoreException {
        try {
            var in = new ByteReader(answer);
            int code = in.integer(Byte.MAX_VALUE);
            if (code == 0) {
                return in.raw(in.remaining());
            }
            String detail = in.text();
            for (StoreException.Reason reason : StoreException.Reason.values()) {
                if (code(reason) == code) {
                    throw new StoreException(reason, detail);
                }
            }
            throw new FormatException("no such reason");
        } catch (FormatException e) {
            throw new StoreException(StoreException.Reason.FAILED, "an answer that is none: " + e.getMessage(), e);
        }
    }

    /** The names in an answer to {@link Names}. */
    static List<ObjectName> names(Kind kind, byte[] bytes) throws FormatException {
        var in = new ByteReader(bytes);
        var names = new ArrayList<ObjectName>();
        while (in.remaining() > 0) {
            names.add(ObjectName.ofHash(kind, in.raw(32)));
        }
        return names;
    }
}
