package io.espalier.orchestrator.ssh;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.Set;

/** A private Ed25519 key in a file that only its owner can read, and its public half beside it. */
public final class SshKeyFile {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private static final String COMMENT = "espalier";

    private SshKeyFile() {}

    /**
     * The text of the private key in {@code file}; a new one, if there is no such file.
     *
     * @throws IOException also if others may read the file: a key that was open to others is no secret any more
     */
    public static String readOrMake(Path file) throws IOException {
        if (Files.notExists(file)) {
            make(file);
        }
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
        if (!OWNER_ONLY.containsAll(mode)) {
            throw new IOException(file + ": mode " + PosixFilePermissions.toString(mode)
                    + " (expected: rw-------, readable by its owner only)");
        }
        return Files.readString(file);
    }

    private static void make(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + ": not a file");
        }
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        KeyPair pair = OpenSshKeys.generate();
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (var out = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
            ByteBuffer text = StandardCharsets.US_ASCII.encode(OpenSshKeys.writePrivate(pair, COMMENT));
            while (text.hasRemaining()) {
                out.write(text);
            }
            out.force(true);
        }
        Files.writeString(
                file.resolveSibling(file.getFileName() + ".pub"),
                HostKey.of(pair.getPublic()).line() + " " + COMMENT + "\n");
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
