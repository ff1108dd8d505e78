package io.espalier.backup.dump;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of a dump while it is made, {@code NAME.partial}; it becomes {@code NAME} only when everything in it has
 * been checked. Whatever goes wrong here is the spool's fault and never looks like the source's end.
 */
final class Spool implements AutoCloseable {
    private static final int BUFFER = 64 << 10;

    private final Path target;
    private final Path partial;
    private final long maxBytes;
    private final List<Path> secrets = new ArrayList<>();
    private long total;
    private boolean kept;

    private Spool(Path target, Path partial, long maxBytes) {
        this.target = target;
        this.partial = partial;
        this.maxBytes = maxBytes;
    }

    static Spool open(Path target, long maxBytes) {
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        try {
            if (Files.exists(target)) {
                throw new DumpException(Reason.SPOOL_FAILED, target + ": is there already");
            }
            delete(partial); // of a run that was killed
            Files.createDirectories(parent(partial));
            Files.createDirectory(
                    partial, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return new Spool(target, partial, maxBytes);
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    /** What was written: its length and the digest of the bytes as they came. */
    record Written(Path file, long bytes, String sha256) {}

    /** Where the bytes of one part go. */
    final class Sink extends OutputStream {
        private final Path file;
        private final FileChannel channel;
        private final MessageDigest digest = sha256();
        private long bytes;

        private Sink(Path file) throws IOException {
            this.file = file;
            this.channel = FileChannel.open(
                    file,
                    java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        /** @throws DumpException never an IOException: that would be taken for the source's */
        @Override
        public void write(byte[] from, int offset, int length) {
            total += length;
            if (total > maxBytes) {
                throw new DumpException(Reason.TOO_LARGE, "more than " + maxBytes + " bytes");
            }
            try {
                ByteBuffer buffer = ByteBuffer.wrap(from, offset, length);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            } catch (IOException e) {
                throw failed(file, e);
            }
            digest.update(from, offset, length);
            bytes += length;
        }

        /** On the disk when it returns. */
        Written finish() {
            try {
                channel.force(true);
                channel.close();
            } catch (IOException e) {
                throw failed(file, e);
            }
            return new Written(file, bytes, HexFormat.of().formatHex(digest.digest()));
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw failed(file, e);
            }
        }
    }

    Sink sink(String file) {
        try {
            return new Sink(partial.resolve(file));
        } catch (IOException e) {
            throw failed(partial.resolve(file), e);
        }
    }

    Path folder() {
        return partial;
    }

    /** A file for a program's credentials, for this account only, gone when the dump ends. */
    Path secret(String name, String content) {
        Path file = partial.resolve(name);
        secrets.add(file);
        try (Sink sink = new Sink(file)) {
            byte[] bytes = content.getBytes(java.nio.charset.StandardCharsets.UTF_8);
            sink.write(bytes, 0, bytes.length);
            total -= bytes.length;
            return file;
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** What reads a part to its end to check it. */
    interface Check {
        void read(InputStream in) throws IOException;
    }

    /** Reads back what was written. @throws DumpException if the disk gives other bytes, or {@code check} throws one */
    void readBack(Written written, Check check) {
        MessageDigest digest = sha256();
        try (InputStream file = Files.newInputStream(written.file());
                InputStream in = new java.security.DigestInputStream(file, digest)) {
            check.read(in);
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw failed(written.file(), e);
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(written.sha256())) {
            throw new DumpException(
                    Reason.SPOOL_FAILED,
                    written.file().getFileName() + ": the disk gives other bytes than were written");
        }
    }

    /** Gives the folder its final name, durably. */
    Path keep() {
        try {
            removeSecrets();
            sync(partial);
            move();
            sync(parent(target));
            kept = true;
            return target;
        } catch (IOException e) {
            throw failed(target, e);
        }
    }

    private void move() throws IOException {
        try {
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("cannot be renamed in one step", e);
        }
    }

    @Override
    public void close() {
        try {
            removeSecrets();
            if (!kept) {
                delete(partial);
            }
        } catch (IOException e) {
            throw failed(partial, e);
        }
    }

    private void removeSecrets() throws IOException {
        for (Path secret : secrets) {
            Files.deleteIfExists(secret);
        }
        secrets.clear();
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Our own folder of plain files, so one level is enough. */
    private static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    private static DumpException failed(Path file, IOException e) {
        boolean full = false;
        try {
            FileStore store = Files.getFileStore(parent(file));
            full = store.getUsableSpace() < BUFFER;
        } catch (IOException unknown) {
            // then the cause itself has to do
        }
        String cause = String.valueOf(e.getMessage());
        return full || cause.contains("No space left") || cause.contains("quota")
                ? new DumpException(Reason.SPOOL_FULL, parent(file) + ": " + cause)
                : new DumpException(Reason.SPOOL_FAILED, file + ": " + cause);
    }

    private static Path parent(Path file) {
        return file.toAbsolutePath().resolveSibling("");
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
