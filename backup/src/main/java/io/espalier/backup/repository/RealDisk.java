package io.espalier.backup.repository;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The disk of this machine. */
final class RealDisk implements Disk {

    /** The JDK copies heap memory to write it; in pieces, that copy stays small. */
    private static final int PIECE = 1 << 20;

    @Override
    public boolean isFolder(Path folder) {
        return Files.isDirectory(folder);
    }

    @Override
    public void makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    @Override
    public void write(Path file, ByteBuffer content) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        try (FileChannel out = FileChannel.open(file, options, mode)) {
            ByteBuffer rest = content.duplicate();
            while (rest.hasRemaining()) {
                ByteBuffer piece = rest.slice(rest.position(), Math.min(PIECE, rest.remaining()));
                int written = out.write(piece);
                rest.position(rest.position() + written);
            }
        }
    }

    @Override
    public void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    @Override
    public void syncFolder(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public byte[] read(Path file) throws IOException {
        return read(file, 0, Integer.MAX_VALUE);
    }

    @Override
    public byte[] read(Path file, long offset, int length) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            long left = Math.max(0, in.size() - offset);
            if (Math.min(left, length) > ObjectName.MAX_SIZE) {
                throw new IOException("longer than " + ObjectName.MAX_SIZE + " bytes");
            }
            byte[] bytes = new byte[(int) Math.min(left, length)];
            ByteBuffer all = ByteBuffer.wrap(bytes);
            while (all.hasRemaining()) {
                ByteBuffer piece = all.slice(all.position(), Math.min(PIECE, all.remaining()));
                int count = in.read(piece, offset + all.position());
                if (count < 0) {
                    throw new IOException("became shorter while it was read");
                }
                all.position(all.position() + count);
            }
            return bytes;
        }
    }

    @Override
    public long size(Path file) throws IOException {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isRegularFile() ? attributes.size() : -1;
        } catch (NoSuchFileException e) {
            return -1;
        }
    }

    @Override
    public List<String> list(Path folder) throws IOException {
        var names = new ArrayList<String>();
        try (var entries = Files.newDirectoryStream(folder)) {
            entries.forEach(entry -> names.add(String.valueOf(entry.getFileName())));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return names;
    }
}
