package io.espalier.backup.crypt;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM with a counter as nonce, under a key that exists for one object only, so that no nonce is used twice. For
 * one thread.
 */
public final class Sealing {

    /** How much longer sealed bytes are; in bytes. */
    public static final int OVERHEAD = 16;

    public static final int KEY_SIZE = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKey key;
    private final Cipher cipher;
    private final byte[] nonce = new byte[12];

    public Sealing(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static byte[] newKey() {
        byte[] key = new byte[KEY_SIZE];
        RANDOM.nextBytes(key);
        return key;
    }

    /** Seals {@code plain} into {@code out}, with {@code about} as what the seal also vouches for. Each number once per key. */
    public void seal(int number, byte[] about, ByteBuffer plain, ByteBuffer out) {
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, nonce(number));
            cipher.updateAAD(about);
            cipher.doFinal(plain, out);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot seal", e);
        }
    }

    public byte[] seal(int number, byte[] about, byte[] plain) {
        byte[] out = new byte[plain.length + OVERHEAD];
        seal(number, about, ByteBuffer.wrap(plain), ByteBuffer.wrap(out));
        return out;
    }

    /** @throws KeyException if these are not the bytes that were sealed with this key, number and {@code about} */
    public byte[] open(int number, byte[] about, byte[] sealed, int from, int length) throws KeyException {
        try {
            cipher.init(Cipher.DECRYPT_MODE, key, nonce(number));
            cipher.updateAAD(about);
            return cipher.doFinal(sealed, from, length);
        } catch (GeneralSecurityException e) {
            throw new KeyException("damaged, or sealed with another key", e);
        }
    }

    public byte[] open(int number, byte[] about, byte[] sealed) throws KeyException {
        return open(number, about, sealed, 0, sealed.length);
    }

    private GCMParameterSpec nonce(int number) {
        nonce[8] = (byte) (number >>> 24);
        nonce[9] = (byte) (number >>> 16);
        nonce[10] = (byte) (number >>> 8);
        nonce[11] = (byte) number;
        return new GCMParameterSpec(OVERHEAD * 8, nonce);
    }
}
