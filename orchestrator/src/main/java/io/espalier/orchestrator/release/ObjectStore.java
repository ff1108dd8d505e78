package io.espalier.orchestrator.release;

import io.espalier.protocol.Digest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes by their digest, in files {@code ab/cdef...} below one folder. Blobs of files and whole releases are objects;
 * an object never changes.
 *
 * <p>A put is atomic but not durable before {@link #sync}; what a power cut tore is told by its digest, counts as absent
 * and is made again by the next put. Safe for several threads and processes.
 */
public final class ObjectStore {

    /** Of one object; the agent's limit for a blob is the same as a source's for a file. */
    public static final int MAX_OBJECT = 64 << 20;

    private static final String TEMPORARY = "tmp";
    private static final int SYNCS_AT_ONCE = 16;

    private final Path folder;
    private final AtomicLong temporaries = new AtomicLong();
    private final String self = Long.toHexString(ProcessHandle.current().pid());

    /** @throws UncheckedIOException if the folder cannot be made */
    public ObjectStore(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder.resolve(TEMPORARY));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + folder, e);
        }
    }

    /** Keeps {@code content} unless it is there. */
    public Digest put(byte[] content) {
        return put(Digest.of(content), content);
    }

    /** As {@link #put(byte[])}, for a caller that knows the digest. */
    Digest put(Digest digest, byte[] content) {
        if (content.length > MAX_OBJECT) {
            throw new IllegalArgumentException(
                    "object: " + content.length + " bytes (expected: at most " + MAX_OBJECT + ")");
        }
        Path file = file(digest);
        try {
            if (Files.exists(file) && Files.size(file) == content.length) {
                return digest;
            }
            write(file, content);
            return digest;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write object " + digest.abbreviated(), e);
        }
    }

    public boolean contains(Digest digest) {
        return Files.isRegularFile(file(digest));
    }

    /** The bytes, checked against their digest; empty if there are none or only torn ones, which are removed. */
    public Optional<byte[]> read(Digest digest) {
        Path file = file(digest);
        try {
            if (Files.size(file) > MAX_OBJECT) {
                return removedAsTorn(file);
            }
            byte[] content = Files.readAllBytes(file);
            return Digest.of(content).equals(digest) ? Optional.of(content) : removedAsTorn(file);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read object " + digest.abbreviated(), e);
        }
    }

    /**
     * Makes objects durable: to be called before anything that must survive a power cut refers to them.
     *
     * @throws UncheckedIOException if one is absent or the disk reports an error, which is not tried again
     */
    public void sync(Collection<Digest> digests) {
        List<Path> files = digests.stream().distinct().map(this::file).toList();
        var folders = new TreeSet<Path>();
        files.forEach(file -> folders.add(folder(file)));
        folders.add(folder);
        forceAll(files, StandardOpenOption.WRITE);
        forceAll(folders, StandardOpenOption.READ);
    }

    /** Side by side, since a journalling file system makes many durable in one go: 550 files take 60 ms, not 1 s. */
    private static void forceAll(Collection<Path> paths, StandardOpenOption mode) {
        try (var threads = Executors.newFixedThreadPool(SYNCS_AT_ONCE)) {
            List<Future<?>> forced = new ArrayList<>();
            for (Path path : paths) {
                forced.add(threads.submit(() -> {
                    force(path, mode);
                    return path;
                }));
            }
            for (Future<?> one : forced) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new UncheckedIOException(
                    "cannot sync objects", e.getCause() instanceof IOException io ? io : new IOException(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException("cannot sync objects", new InterruptedIOException());
        }
    }

    private static void force(Path path, StandardOpenOption mode) throws IOException {
        try (var channel = FileChannel.open(path, mode)) {
            channel.force(true);
        }
    }

    private void write(Path file, byte[] content) throws IOException {
        Path temporary = folder.resolve(TEMPORARY).resolve(self + "-" + temporaries.incrementAndGet());
        try (var channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            var bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException firstInItsFolder) {
            Files.createDirectories(folder(file));
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static Optional<byte[]> removedAsTorn(Path file) throws IOException {
        Files.deleteIfExists(file);
        return Optional.empty();
    }

    private static Path folder(Path file) {
        return Objects.requireNonNull(file.getParent(), "an object is in a folder");
    }

    private Path file(Digest digest) {
        return folder.resolve(digest.hex().substring(0, 2)).resolve(digest.hex().substring(2));
    }
}
