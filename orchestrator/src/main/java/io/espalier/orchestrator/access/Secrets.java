package io.espalier.orchestrator.access;

import io.espalier.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;

/** Makes secrets that nobody can guess, and the hashes under which they are kept. */
final class Secrets {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** 256 bits: a fast hash is enough for what cannot be guessed. */
    private static final int BYTES = 32;

    private Secrets() {}

    /** 43 characters of base64url. */
    static String random() {
        return random(BYTES);
    }

    static String random(int bytes) {
        byte[] raw = new byte[bytes];
        RANDOM.nextBytes(raw);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(raw);
    }

    /** SHA-256 in hex. */
    static String hash(String secret) {
        return Digest.of(secret.getBytes(StandardCharsets.UTF_8)).hex();
    }
}
