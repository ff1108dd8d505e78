package io.espalier.backup.server;

import io.espalier.backup.transport.Receipts;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The keys of a server, made at its first start in a folder for its account only: {@code receipt.key} and
 * {@code receipt.pub} (Ed25519), {@code tls.p12} with {@code tls.password}, {@code epoch}.
 *
 * @param epoch one more at each start
 * @param receiptKey base64, for the hosts to pin
 * @param fingerprint SHA-256 of the TLS certificate, for the hosts to pin
 */
public record ServerIdentity(
        Receipts.Signer signer, SSLContext tls, String receiptKey, String fingerprint, long epoch) {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final String ALIAS = "backup";

    /** Reads the folder, or fills it. */
    public static ServerIdentity in(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            KeyPair receipt = receiptKey(folder);
            KeyStore tls = tls(folder);
            char[] password = Files.readString(folder.resolve("tls.password")).toCharArray();
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(tls, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            Certificate certificate = tls.getCertificate(ALIAS);
            byte[] fingerprint = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return new ServerIdentity(
                    new Receipts.Signer(receipt.getPrivate(), receipt.getPublic()),
                    context,
                    Base64.getEncoder().encodeToString(receipt.getPublic().getEncoded()),
                    HexFormat.of().formatHex(fingerprint),
                    nextEpoch(folder.resolve("epoch")));
        } catch (GeneralSecurityException e) {
            throw new IOException(folder + ": " + e.getMessage(), e);
        }
    }

    private static KeyPair receiptKey(Path folder) throws IOException, GeneralSecurityException {
        Path secret = folder.resolve("receipt.key");
        Path known = folder.resolve("receipt.pub");
        if (!Files.exists(secret)) {
            KeyPair fresh = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            write(known, fresh.getPublic().getEncoded());
            write(secret, fresh.getPrivate().getEncoded());
        }
        KeyFactory factory = KeyFactory.getInstance("Ed25519");
        return new KeyPair(
                factory.generatePublic(new X509EncodedKeySpec(Files.readAllBytes(known))),
                factory.generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(secret))));
    }

    private static KeyStore tls(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        Path store = folder.resolve("tls.p12");
        Path password = folder.resolve("tls.password");
        if (!Files.exists(store)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            write(password, HexFormat.of().formatHex(random).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            makeCertificate(store, password);
        }
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(store)) {
            keys.load(in, Files.readString(password).toCharArray());
        }
        return keys;
    }

    /** The JDK has no interface that makes a certificate, but a program. */
    private static void makeCertificate(Path store, Path password) throws IOException, InterruptedException {
        Path fresh = store.resolveSibling("tls.new");
        Files.deleteIfExists(fresh);
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-validity",
                        "7300",
                        "-dname",
                        "CN=espalier-backup-server",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        fresh.toString(),
                        "-storepass:file",
                        password.toString()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            keytool.destroyForcibly();
            throw new IOException("keytool made no certificate in " + store.getParent());
        }
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
        Files.move(fresh, store, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private static long nextEpoch(Path file) throws IOException {
        long next = Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) + 1 : 1;
        write(file, (next + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return next;
    }

    /** Whole and on the disk, or as before. */
    private static void write(Path file, byte[] content) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel channel =
                FileChannel.open(fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OWNER_ONLY)) {
            channel.write(java.nio.ByteBuffer.wrap(content));
            channel.force(true);
        }
        Files.move(fresh, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
}
