package io.espalier.backup.repository;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.repository.ObjectName.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A session says that it is under way. Sessions only ever add pins; of one session the one with the highest number counts.
 *
 * @param number 0 for the first pin of the session, then rising
 * @param until when the session must have renewed it
 * @param ended true in the last pin of a session
 * @param seenMarks the marks that the session knows of and minds
 */
public record Pin(
        UUID session, long number, Instant startedAt, Instant until, boolean ended, List<ObjectName> seenMarks) {

    private static final byte[] MAGIC = "espinn1\n".getBytes(StandardCharsets.US_ASCII);

    public Pin {
        seenMarks = List.copyOf(seenMarks);
    }

    byte[] bytes() {
        var out = new ByteWriter()
                .raw(MAGIC)
                .text(session.toString())
                .number(number)
                .number(startedAt.toEpochMilli())
                .number(until.toEpochMilli())
                .flag(ended)
                .number(seenMarks.size());
        seenMarks.forEach(mark -> out.raw(mark.hash()));
        return out.toBytes();
    }

    public static Pin parse(byte[] bytes) throws FormatException {
        var in = new ByteReader(bytes);
        if (!Arrays.equals(in.raw(8), MAGIC)) {
            throw new FormatException("not a pin");
        }
        try {
            UUID session = UUID.fromString(in.text());
            long number = in.number();
            Instant startedAt = Instant.ofEpochMilli(in.number());
            Instant until = Instant.ofEpochMilli(in.number());
            boolean ended = in.flag();
            var marks = new ArrayList<ObjectName>();
            for (int left = in.count(32); left > 0; left--) {
                marks.add(ObjectName.ofHash(Kind.MARK, in.raw(32)));
            }
            in.end();
            return new Pin(session, number, startedAt, until, ended, marks);
        } catch (IllegalArgumentException e) {
            throw new FormatException("a pin of no session", e);
        }
    }

    /** What each session said last. */
    public static Collection<Pin> latest(ObjectReader store) throws IOException {
        Map<UUID, Pin> latest = new HashMap<>();
        for (ObjectName name : store.list(Kind.PIN)) {
            try {
                Pin pin = parse(store.get(name));
                latest.merge(pin.session, pin, (one, other) -> one.number > other.number ? one : other);
            } catch (StoreException e) {
                if (e.reason() != StoreException.Reason.NOT_FOUND) {
                    throw e;
                }
            }
        }
        return latest.values();
    }

    public boolean isOpen(Instant now) {
        return !ended && until.isAfter(now);
    }
}
