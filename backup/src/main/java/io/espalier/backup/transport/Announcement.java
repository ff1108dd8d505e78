package io.espalier.backup.transport;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * A host wants a session: {@code 1 AUID SESSION PROOF}, the session being {@code AUID:UUID} and the proof an HMAC with
 * the host's key in base64.
 */
public record Announcement(Auid auid, String session, byte[] proof) {
    private static final int LONGEST = 400;

    public static Announcement of(Auid auid, String uuid, HostKey key) {
        String session = auid + ":" + uuid;
        return new Announcement(auid, session, key.prove(Keys.bytes("open"), Keys.bytes(session)));
    }

    public boolean isProvenBy(HostKey key) {
        return key.proves(proof, Keys.bytes("open"), Keys.bytes(session));
    }

    byte[] encode() {
        return ("1 " + auid + " " + session + " " + Base64.getEncoder().encodeToString(proof))
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Empty if it is none, or names a session that is not the host's. */
    public static Optional<Announcement> parse(byte[] bytes) {
        if (bytes.length > LONGEST) {
            return Optional.empty();
        }
        java.util.List<String> words = java.util.List.of(new String(bytes, StandardCharsets.US_ASCII).split(" ", -1));
        if (words.size() != 4 || !words.get(0).equals("1")) {
            return Optional.empty();
        }
        try {
            var auid = new Auid(words.get(1));
            String session = words.get(2);
            return session.matches(auid + ":[0-9a-f-]{36}")
                    ? Optional.of(new Announcement(auid, session, Base64.getDecoder().decode(words.get(3))))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
