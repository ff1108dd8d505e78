package io.espalier.httpdns.access;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The ciphers that the vendors' SDKs use. An initialisation vector stands before the ciphertext. */
public enum Ciphers {
    /** DNSPod: AES-CBC; the key is text, filled up with zeros to 16 characters */
    DNSPOD_AES("AES/CBC/PKCS5Padding", 16),
    /** DNSPod's older one: DES-ECB. Weak, and told so in the specification */
    DNSPOD_DES("DES/ECB/PKCS5Padding", 0),
    /** Alibaba, mode 1: AES-CBC-128; the key is hex */
    ALIBABA_CBC("AES/CBC/PKCS5Padding", 16),
    /** Alibaba, mode 2: AES-GCM-128 with a tag of 128 bits; the key is hex */
    ALIBABA_GCM("AES/GCM/NoPadding", 12);

    private static final SecureRandom RANDOM = new SecureRandom();

    private final String transformation;
    private final int ivLength;

    Ciphers(String transformation, int ivLength) {
        this.transformation = transformation;
        this.ivLength = ivLength;
    }

    /** @throws IllegalArgumentException if this cipher cannot use such a key */
    public void checkKey(Secret key) {
        keySpec(key);
    }

    public byte[] encrypt(Secret key, String text) {
        var iv = new byte[ivLength];
        RANDOM.nextBytes(iv);
        try {
            var encrypted = cipher(Cipher.ENCRYPT_MODE, key, iv).doFinal(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.allocate(ivLength + encrypted.length)
                    .put(iv)
                    .put(encrypted)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(name() + " does not work with this key", e);
        }
    }

    /** @return null if it was not encrypted with this key */
    public @Nullable String decrypt(Secret key, byte[] sent) {
        if (sent.length <= ivLength) {
            return null;
        }
        try {
            var plain = cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(sent, ivLength))
                    .doFinal(sent, ivLength, sent.length - ivLength);
            return new String(plain, StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            return null; // whoever sent it is told no more than that
        }
    }

    private Cipher cipher(int mode, Secret key, byte[] iv) throws GeneralSecurityException {
        var cipher = Cipher.getInstance(transformation);
        cipher.init(mode, keySpec(key), parameters(iv));
        return cipher;
    }

    private @Nullable AlgorithmParameterSpec parameters(byte[] iv) {
        return switch (this) {
            case DNSPOD_AES, ALIBABA_CBC -> new IvParameterSpec(iv);
            case ALIBABA_GCM -> new GCMParameterSpec(128, iv);
            case DNSPOD_DES -> null;
        };
    }

    private SecretKeySpec keySpec(Secret key) {
        var text = key.reveal();
        return switch (this) {
            case DNSPOD_AES -> {
                var bytes = (text + "0".repeat(Math.max(0, 16 - text.length()))).getBytes(StandardCharsets.UTF_8);
                yield new SecretKeySpec(ofLength(bytes, 16, 24, 32), "AES");
            }
            case DNSPOD_DES -> new SecretKeySpec(ofLength(text.getBytes(StandardCharsets.UTF_8), 8), "DES");
            case ALIBABA_CBC, ALIBABA_GCM -> new SecretKeySpec(ofLength(fromHex(text), 16, 24, 32), "AES");
        };
    }

    private static byte[] fromHex(String text) {
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            return new byte[0]; // the cause would show the key
        }
    }

    private byte[] ofLength(byte[] key, int... lengths) {
        if (Arrays.stream(lengths).noneMatch(length -> length == key.length)) {
            throw new IllegalArgumentException(name().toLowerCase(Locale.ROOT) + ": a key of " + key.length
                    + " bytes (expected: one of " + Arrays.toString(lengths) + ")");
        }
        return key;
    }
}
