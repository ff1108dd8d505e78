package io.espalier.orchestrator.release;

import io.espalier.protocol.Auid;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.SignedOrder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Ed25519 key with which the orchestrator signs manifests; agents pin its public half. Made at the first start, kept
 * in one PEM file {@code manifest.key} (PKCS #8 and, behind it, the public key) that only its owner can read.
 */
public final class SigningKey {

    private static final String FILE = "manifest.key";
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN (PRIVATE|PUBLIC) KEY-----\\s+([A-Za-z0-9+/=\\s]+)-----END \\1 KEY-----");
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    private SigningKey(PrivateKey privateKey, PublicKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /**
     * The key in {@code folder}, made now if there is none.
     *
     * @throws IllegalStateException if the file is no key pair or others can read it; it is never replaced
     * @throws UncheckedIOException if it cannot be read or written
     */
    public static SigningKey in(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (!Files.exists(file)) {
                create(folder, file);
            }
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.stream().anyMatch(permission -> !permission.name().startsWith("OWNER_"))) {
                throw new IllegalStateException(file + " can be read by others (expected: mode 0600)");
            }
            return parse(file, Files.readString(file, StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read or write " + file, e);
        }
    }

    public SignedManifest sign(Manifest manifest) {
        return SignedManifest.sign(manifest, privateKey);
    }

    /** @param nonce that the host's agent gave for this order */
    public SignedOrder sign(byte[] order, Auid host, byte[] nonce) {
        return SignedOrder.sign(order, host, nonce, privateKey);
    }

    /** For agents to pin. */
    public PublicKey publicKey() {
        return publicKey;
    }

    private static void create(Path folder, Path file) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path temporary = Files.createTempFile(folder, FILE, ".tmp", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            Files.writeString(
                    temporary,
                    pem("PRIVATE", pair.getPrivate().getEncoded())
                            + pem("PUBLIC", pair.getPublic().getEncoded()));
            force(temporary);
            Files.createLink(file, temporary); // unlike a rename, never over a key that another process just made
            force(folder);
        } catch (FileAlreadyExistsException madeMeanwhile) {
            // that one counts
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void force(Path path) throws IOException {
        try (var channel = java.nio.channels.FileChannel.open(path)) {
            channel.force(true);
        }
    }

    private static String pem(String kind, byte[] encoded) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
        return "-----BEGIN " + kind + " KEY-----\n" + body + "\n-----END " + kind + " KEY-----\n";
    }

    private static SigningKey parse(Path file, String text) {
        byte[] privateBytes = {};
        byte[] publicBytes = {};
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            byte[] bytes = Base64.getMimeDecoder().decode(blocks.group(2));
            if (blocks.group(1).equals("PRIVATE")) {
                privateBytes = bytes;
            } else {
                publicBytes = bytes;
            }
        }
        try {
            KeyFactory keys = KeyFactory.getInstance("Ed25519");
            PrivateKey privateKey = keys.generatePrivate(new PKCS8EncodedKeySpec(privateBytes));
            PublicKey publicKey = keys.generatePublic(new X509EncodedKeySpec(publicBytes));
            if (!belongTogether(privateKey, publicKey)) {
                throw new IllegalStateException(file + " holds two halves of different keys");
            }
            return new SigningKey(privateKey, publicKey);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(file + " is no Ed25519 key pair in PEM", e);
        }
    }

    private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        byte[] probe = "espalier key check\n".getBytes(StandardCharsets.US_ASCII);
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(privateKey);
        signature.update(probe);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(probe);
        return signature.verify(signed);
    }
}
