package io.espalier.backup.transport;

import java.nio.charset.StandardCharsets;

/**
 * What the two sides call things in Redis. The braces keep a session's keys in one slot; the auid is in front, so that an
 * access rule can hold a host to its own keys (see docs/spec/backup-transport.md).
 */
public final class Keys {
    /** How many streams announce sessions: in different slots, so that some master is there. */
    public static final int OPENS = 16;

    private Keys() {}

    public static String open(int number) {
        return "b:open:" + number;
    }

    /** From the host. */
    public static String up(String session) {
        return "{s:" + session + "}:up";
    }

    /** To the host. */
    public static String down(String session) {
        return "{s:" + session + "}:dn";
    }

    /** Which server talks to it. */
    public static String owner(String session) {
        return "{s:" + session + "}:own";
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The key of one session, so that what was seen in another proves nothing. */
    public static HostKey sessionKey(HostKey host, String session) {
        return HostKey.parse(java.util.HexFormat.of().formatHex(host.prove(bytes("session"), bytes(session))));
    }

    /** What an OFFER is proven with. */
    public static byte[][] offered(int number, io.espalier.backup.repository.ObjectName name, long size) {
        return new byte[][] {bytes("offer"), bytes(number + " " + name.kind() + " " + name.sha256Hex() + " " + size)};
    }

    /** What an ASK is proven with. */
    public static byte[][] asked(int number, byte[] question) {
        return new byte[][] {bytes("ask"), bytes(Integer.toString(number)), question};
    }

    /** What a TOLD is proven with. */
    public static byte[][] told(int number, byte[] answer) {
        try {
            return new byte[][] {
                bytes("told"),
                bytes(Integer.toString(number)),
                java.security.MessageDigest.getInstance("SHA-256").digest(answer)
            };
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
