package io.espalier.backup.repository;

import io.espalier.backup.codec.ByteReader;
import io.espalier.backup.codec.ByteWriter;
import io.espalier.backup.codec.FormatException;
import io.espalier.backup.repository.ObjectName.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * A session says that it is under way. Sessions only ever add pins; of one session the one with the highest number counts.
 *
 * @param number 0 for the first pin of the session, then rising
 * @param until when the session must have renewed it
 * @param ended true in the last pin of a session
 */
record Pin(UUID session, long number, Instant startedAt, Instant until, boolean ended) {

    private static final byte[] MAGIC = "espinn1\n".getBytes(StandardCharsets.US_ASCII);

    byte[] bytes() {
        return new ByteWriter()
                .raw(MAGIC)
                .text(session.toString())
                .number(number)
                .number(startedAt.toEpochMilli())
                .number(until.toEpochMilli())
                .flag(ended)
                .toBytes();
    }

    static Pin parse(byte[] bytes) throws FormatException {
        var in = new ByteReader(bytes);
        if (!Arrays.equals(in.raw(8), MAGIC)) {
            throw new FormatException("not a pin");
        }
        try {
            var pin = new Pin(
                    UUID.fromString(in.text()),
                    in.number(),
                    Instant.ofEpochMilli(in.number()),
                    Instant.ofEpochMilli(in.number()),
                    in.flag());
            in.end();
            return pin;
        } catch (IllegalArgumentException e) {
            throw new FormatException("a pin of no session", e);
        }
    }

    /** What each session said last. */
    static Collection<Pin> latest(ObjectReader store) throws IOException {
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

    boolean isOpen(Instant now) {
        return !ended && until.isAfter(now);
    }
}
