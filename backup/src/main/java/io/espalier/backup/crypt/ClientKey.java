package io.espalier.backup.crypt;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a host has to back up with. It names chunks, cuts files, opens indexes and signs snapshots; it opens no content.
 * All keys are derived from one secret with HKDF-SHA-256 and a label each.
 */
public final class ClientKey {

    /** In bytes; see {@link #update}. */
    private static final int PIECE = 2048;

    private final String keyHex;
    private final AgeRecipient recipient;
    private final byte[] secret;

    /** @param keyHex the name of the key object in the repository that holds the secret, 64 hex digits */
    private ClientKey(String keyHex, AgeRecipient recipient, byte[] secret) {
        this.keyHex = keyHex;
        this.recipient = recipient;
        this.secret = secret;
    }

    public static ClientKey of(String keyHex, AgeRecipient recipient, byte[] secret) throws KeyException {
        if (secret.length != 32 || !keyHex.matches("[0-9a-f]{64}")) {
            throw new KeyException(
                    "the client key is malformed (expected: a name of 64 hex digits, a secret of 32 bytes)");
        }
        return new ClientKey(keyHex, recipient, secret.clone());
    }

    public static byte[] newSecret() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return secret;
    }

    /** From the text of a key file, as {@link #toFile} writes it. */
    public static ClientKey parse(String file) throws KeyException {
        Map<String, String> fields = new HashMap<>();
        file.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
                .forEach(line -> {
                    int colon = line.indexOf(':');
                    fields.put(
                            colon < 0 ? line : line.substring(0, colon),
                            colon < 0 ? "" : line.substring(colon + 1).strip());
                });
        for (String field : new String[] {"key", "recipient", "secret"}) {
            if (!fields.containsKey(field)) {
                throw new KeyException(
                        "the client key lacks \"" + field + ":\" (expected: a file that `backup init` wrote)");
            }
        }
        byte[] secret;
        try {
            secret = Base64.getDecoder().decode(fields.get("secret"));
        } catch (IllegalArgumentException e) {
            throw new KeyException("the secret of the client key is malformed", e);
        }
        return of(fields.getOrDefault("key", ""), AgeRecipient.parse(fields.getOrDefault("recipient", "")), secret);
    }

    public String toFile() {
        return """
                # Client key of an Espalier backup repository. Keep it secret: it finds duplicates and signs snapshots.
                # It opens no backup; that takes the age identity of the recipient below, which does not belong on this host.
                key: %s
                recipient: %s
                secret: %s
                """.formatted(keyHex, recipient, Base64.getEncoder().encodeToString(secret));
    }

    /** The name of the key object, 64 hex digits. */
    public String keyHex() {
        return keyHex;
    }

    /** The first 8 bytes of that name, by which objects say whose they are. */
    public byte[] keyId() {
        return Arrays.copyOf(HexFormat.of().parseHex(keyHex), 8);
    }

    public AgeRecipient recipient() {
        return recipient;
    }

    /** Names chunks. A new one per thread. */
    public Mac chunkMac() {
        return mac("chunk id");
    }

    /**
     * Adds bytes to a hash in pieces. The JDK hashes with the processor's own instructions only once the compiler has seen
     * many calls, which a few long ones are not.
     */
    public static void update(Mac mac, byte[] bytes, int from, int length) {
        for (int at = 0; at < length; at += PIECE) {
            mac.update(bytes, from + at, Math.min(PIECE, length - at));
        }
    }

    /** Signs snapshots and sessions. */
    public byte[] sign(byte[] bytes) {
        return mac("snapshot").doFinal(bytes);
    }

    /** The bytes of the table by which files are cut, 2,048 of them. */
    public byte[] gear() {
        return derive("gear", 2048);
    }

    /** Seals indexes and the tables of packs: a key for each salt, so that no nonce repeats. */
    public Sealing places(byte[] salt) {
        Mac mac = mac("places");
        return new Sealing(mac.doFinal(salt));
    }

    private Mac mac(String label) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(derive(label, 32), "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] derive(String label, int length) {
        try {
            SecretKey key = new SecretKeySpec(secret, "Generic");
            byte[] info = ("espalier backup 1 " + label).getBytes(StandardCharsets.UTF_8);
            return KDF.getInstance("HKDF-SHA256").deriveData(HKDFParameterSpec.expandOnly(key, info, length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The secret itself, to be wrapped into a key object. */
    public byte[] reveal() {
        return secret.clone();
    }

    @Override
    public String toString() {
        return "client key " + keyHex.substring(0, 8);
    }
}
