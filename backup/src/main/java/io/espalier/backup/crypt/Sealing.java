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

    /**
     * The JDK runs AES-GCM on the processor's own instructions only once the compiler has seen the code around it often
     * enough, which takes seconds when the messages are long: 40 MB/s until then, some GB/s afterwards. Many short messages
     * bring that about in a tenth of a second. Called before the first long message in each direction.
     */
    private static final class WarmUp {
        private static final int LONG = 128 << 10;
        private static final int MESSAGES = 1000;
        private static final int LENGTH = 512;
        /** A message that shows whether it has come about, and how fast that is at least: 32 KiB in 100 us, 330 MB/s. */
        private static final int PROBE = 32 << 10;

        private static final long FAST_NANOS = 100_000;
        private static final int MOST_ROUNDS = 30;

        private final int mode;
        private boolean isDone;

        WarmUp(int mode) {
            this.mode = mode;
        }

        synchronized void before(int length) {
            if (isDone || length < LONG) {
                return;
            }
            isDone = true;
            var sealing = new Sealing(newKey());
            byte[] about = new byte[KEY_SIZE];
            byte[] plain = new byte[LENGTH];
            byte[] sealed = sealing.seal(0, about, plain);
            byte[] probe = new byte[PROBE];
            byte[] sealedProbe = sealing.seal(1, about, probe);
            try {
                for (int round = 0, number = 2; round < MOST_ROUNDS; round++) {
                    for (int i = 0; i < MESSAGES; i++) {
                        turn(sealing, number++, about, plain, sealed, 0);
                    }
                    long start = System.nanoTime();
                    turn(sealing, number++, about, probe, sealedProbe, 1);
                    if (System.nanoTime() - start < FAST_NANOS) {
                        return;
                    }
                }
            } catch (KeyException e) {
                throw new IllegalStateException("AES-GCM does not open what it sealed", e);
            }
        }

        private void turn(Sealing sealing, int number, byte[] about, byte[] plain, byte[] sealed, int opened)
                throws KeyException {
            if (mode == Cipher.ENCRYPT_MODE) {
                sealing.seal(number, about, ByteBuffer.wrap(plain), ByteBuffer.allocate(sealed.length));
            } else {
                sealing.open(opened, about, sealed);
            }
        }
    }

    private static final WarmUp SEAL = new WarmUp(Cipher.ENCRYPT_MODE);
    private static final WarmUp OPEN = new WarmUp(Cipher.DECRYPT_MODE);

    /** Seals {@code plain} into {@code out}, with {@code about} as what the seal also vouches for. Each number once per key. */
    public void seal(int number, byte[] about, ByteBuffer plain, ByteBuffer out) {
        SEAL.before(plain.remaining());
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
        OPEN.before(length);
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
