package io.espalier.backup.transport;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * A host wants a session: {@code 1 AUID SESSION PROOF}, the session being {@code AUID:UUID} and the proof an HMAC with
 * the host's key in base64.
 */
public record Announcement(Auid auid, String session, String proof) {
    private static final int LONGEST = 400;

    public static Announcement of(Auid auid, String uuid, HostKey key) {
        String session = auid + ":" + uuid;
        return new Announcement(
                auid, session, Base64.getEncoder().encodeToString(key.prove(Keys.bytes("open"), Keys.bytes(session))));
    }

    public boolean isProvenBy(HostKey key) {
        return key.proves(Base64.getDecoder().decode(proof), Keys.bytes("open"), Keys.bytes(session));
    }

    byte[] encode() {
        return ("1 " + auid + " " + session + " " + proof).getBytes(StandardCharsets.US_ASCII);
    }

    /** Empty if it is none, or names a session that is not the host's. */
    public static Optional<Announcement> parse(ByteBuffer bytes) {
        if (bytes.remaining() > LONGEST) {
            return Optional.empty();
        }
        List<String> words = List.of(
                StandardCharsets.US_ASCII.decode(bytes.duplicate()).toString().split(" ", -1));
        if (words.size() != 4 || !words.get(0).equals("1")) {
            return Optional.empty();
        }
        try {
            var auid = new Auid(words.get(1));
            String session = words.get(2);
            Base64.getDecoder().decode(words.get(3));
            return session.matches(auid + ":[0-9a-f-]{36}")
                    ? Optional.of(new Announcement(auid, session, words.get(3)))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
