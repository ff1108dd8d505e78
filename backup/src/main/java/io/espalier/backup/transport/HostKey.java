package io.espalier.backup.transport;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a host proves itself with: the SHA-256 of its token. The server keeps only this. It is good for the host's own
 * auid and for adding objects, nothing else.
 */
public final class HostKey {
    private static final String HMAC = "HmacSHA256";

    private final byte[] key;

    private HostKey(byte[] key) {
        this.key = key;
    }

    /** From the token itself, as the host has it. */
    public static HostKey ofToken(String token) {
        if (token.length() < 16) {
            throw new IllegalArgumentException("token: shorter than 16 characters");
        }
        try {
            return new HostKey(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From 64 hexadecimal digits, as the server has it. */
    public static HostKey parse(String hex) {
        byte[] key = HexFormat.of().parseHex(hex.strip());
        if (key.length != 32) {
            throw new IllegalArgumentException("host key: " + key.length + " bytes (expected: 32)");
        }
        return new HostKey(key);
    }

    public String hex() {
        return HexFormat.of().formatHex(key);
    }

    /** An HMAC-SHA256 over the pieces, each with its length before it. */
    public byte[] prove(byte[]... pieces) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            for (byte[] piece : pieces) {
                mac.update((byte) (piece.length >>> 8));
                mac.update((byte) piece.length);
                mac.update(piece);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** In a time that tells nothing about where they differ. */
    public boolean proves(byte[] proof, byte[]... pieces) {
        return MessageDigest.isEqual(proof, prove(pieces));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HostKey that && MessageDigest.isEqual(key, that.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }

    @Override
    public String toString() {
        return "*****";
    }
}
