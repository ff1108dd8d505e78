package io.espalier.backup.transport;

import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.Receipt;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Receipts as text. The server signs the first four lines with Ed25519; the fifth is the signature.
 *
 * <pre>
 * espalier-backup-receipt 1
 * PACK 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
 * 16777216
 * 3b1f2c9a0d4e5f60
 * m1Zr...
 * </pre>
 *
 * The fourth line is the keeper: the first 16 hexadecimal digits of the SHA-256 of its public key.
 */
public final class Receipts {
    private static final String HEAD = "espalier-backup-receipt 1";
    private static final String ED25519 = "Ed25519";
    private static final int LONGEST = 512;

    private Receipts() {}

    /** Issues receipts. Only for what is durable and was read back. */
    public static final class Signer {
        private final PrivateKey key;
        private final String keeper;

        public Signer(PrivateKey key, PublicKey itsPublicKey) {
            this.key = key;
            this.keeper = keeper(itsPublicKey);
        }

        public Receipt sign(ObjectName name, long size) {
            try {
                Signature signature = Signature.getInstance(ED25519);
                signature.initSign(key);
                signature.update(signedPart(name, size, keeper).getBytes(StandardCharsets.US_ASCII));
                return new Receipt(name, size, keeper, Base64.getEncoder().encodeToString(signature.sign()));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Believes one server only. */
    public static final class Verifier {
        private final PublicKey key;
        private final String keeper;

        public Verifier(PublicKey pinned) {
            this.key = pinned;
            this.keeper = keeper(pinned);
        }

        /** @param base64 of the key's X.509 form, as {@code espalier backup-server} prints it */
        public static Verifier parse(String base64) {
            try {
                byte[] encoded = Base64.getDecoder().decode(base64.strip());
                return new Verifier(KeyFactory.getInstance(ED25519).generatePublic(new X509EncodedKeySpec(encoded)));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new IllegalArgumentException("receipt key: no Ed25519 key in base64", e);
            }
        }

        /** The receipt in {@code text} if it is the pinned server's, and for exactly this object; else nothing. */
        public Optional<Receipt> verify(String text, ObjectName name, long size) {
            if (text.length() > LONGEST) {
                return Optional.empty();
            }
            String signed = signedPart(name, size, keeper);
            if (!text.startsWith(signed)) {
                return Optional.empty();
            }
            try {
                String base64 = text.substring(signed.length()).strip();
                Signature signature = Signature.getInstance(ED25519);
                signature.initVerify(key);
                signature.update(signed.getBytes(StandardCharsets.US_ASCII));
                return signature.verify(Base64.getDecoder().decode(base64))
                        ? Optional.of(new Receipt(name, size, keeper, base64))
                        : Optional.empty();
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }

    public static String text(Receipt receipt) {
        return signedPart(receipt.name(), receipt.size(), receipt.keeper()) + receipt.signature() + "\n";
    }

    /** The keeper's id of a public key. */
    public static String keeper(PublicKey key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getEncoded());
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String signedPart(ObjectName name, long size, String keeper) {
        return HEAD + "\n" + name.kind() + " " + name.sha256Hex() + "\n" + size + "\n" + keeper + "\n";
    }
}
