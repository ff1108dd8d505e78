package io.espalier.protocol;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 over bytes, as 64 lower-case hex digits. Names blobs, releases and plans. */
public record Digest(String hex) implements Comparable<Digest> {

    /** The size of the digest itself, in bytes. */
    public static final int BYTES = 32;

    public Digest {
        if (hex.length() != 2 * BYTES || !hex.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            throw new IllegalArgumentException("digest: " + hex + " (expected: 64 lower-case hex digits)");
        }
    }

    public static Digest of(byte[] content) {
        return ofRaw(newSha256().digest(content));
    }

    /** The digest that a finished {@link #newSha256()} gives for the bytes it was fed. */
    public static Digest of(MessageDigest finished) {
        return ofRaw(finished.digest());
    }

    /** From the 32 raw bytes of a digest. */
    public static Digest ofRaw(byte[] raw) {
        return new Digest(HexFormat.of().formatHex(raw));
    }

    public static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    public byte[] raw() {
        return HexFormat.of().parseHex(hex);
    }

    /** The first 12 digits, for people. */
    public String abbreviated() {
        return hex.substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
