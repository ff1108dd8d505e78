package io.espalier.backup.repository;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * What an object is called: what it is for, and the SHA-256 of its bytes in 64 lower-case hex digits. A store can so be
 * audited with {@code sha256sum} and without a key.
 */
public record ObjectName(Kind kind, String sha256Hex) implements Comparable<ObjectName> {

    /** What an object is for. */
    public enum Kind {
        /** Chunks, sealed. */
        PACK("packs"),
        /** Which chunks lie where in which packs. */
        INDEX("index"),
        /** One backup. */
        SNAPSHOT("snapshots"),
        /** A client's secret, sealed for whoever may restore. */
        KEY("keys"),
        /** A session that is under way; what it may rely on is not to be removed. */
        PIN("pins"),
        /** Packs that nothing needed when somebody looked; the next look may remove them. */
        MARK("marks");

        private final String folder;

        Kind(String folder) {
            this.folder = folder;
        }

        /** The folder or key prefix below which a store keeps this kind. */
        public String folder() {
            return folder;
        }
    }

    /** No object is larger, so that one fits into memory anywhere; in bytes. */
    public static final int MAX_SIZE = 64 << 20;

    private static final int PIECE = 4096;

    public ObjectName {
        if (!isHex(sha256Hex)) {
            throw new IllegalArgumentException("sha256Hex: \"" + sha256Hex + "\" (expected: 64 lower-case hex digits)");
        }
    }

    /** The name of {@code content}, which is left as it is. */
    public static ObjectName of(Kind kind, ByteBuffer content) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            ByteBuffer rest = content.duplicate();
            // In pieces, for the same reason as ClientKey.update
            for (int at = rest.position(); at < rest.limit(); at += PIECE) {
                sha256.update(rest.slice(at, Math.min(PIECE, rest.limit() - at)));
            }
            return new ObjectName(kind, HexFormat.of().formatHex(sha256.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public static ObjectName of(Kind kind, byte[] content) {
        return of(kind, ByteBuffer.wrap(content));
    }

    /** From the 32 bytes of the hash. */
    public static ObjectName ofHash(Kind kind, byte[] hash) {
        return new ObjectName(kind, HexFormat.of().formatHex(hash));
    }

    /** The 32 bytes of the hash. */
    public byte[] hash() {
        return HexFormat.of().parseHex(sha256Hex);
    }

    /** True if {@code content} is what is called so. */
    public boolean names(ByteBuffer content) {
        return of(kind, content).sha256Hex.equals(sha256Hex);
    }

    static boolean isHex(String text) {
        if (text.length() != 64) {
            return false;
        }
        for (int i = 0; i < 64; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(ObjectName other) {
        int byKind = kind.compareTo(other.kind);
        return byKind != 0 ? byKind : sha256Hex.compareTo(other.sha256Hex);
    }

    /** As a person sees it, such as {@code pack 3f9a0c12}. */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + " " + sha256Hex.substring(0, 8);
    }
}
