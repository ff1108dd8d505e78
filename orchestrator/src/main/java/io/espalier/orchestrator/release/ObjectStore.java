package io.espalier.orchestrator.release;

import io.espalier.protocol.Digest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

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
    private static final int SYNCED_ONE_BY_ONE = 16;
    private static final Duration SYNC_LIMIT = Duration.ofMinutes(2);

    private final Path folder;
    private final AtomicLong temporaries = new AtomicLong();
    private final Set<Path> unsynced = ConcurrentHashMap.newKeySet();
    private final ReentrantLock syncing = new ReentrantLock();
    private boolean isEarlierUnsynced = true; // what an earlier process put and a kill kept it from syncing
    private @Nullable IOException lost;
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
            unsynced.add(file);
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
     * Makes everything that was put so far durable: to be called before anything that must survive a power cut refers
     * to it. Waits for the disk; costs nothing if there is nothing new.
     *
     * @throws UncheckedIOException if the disk reports an error, now or at an earlier call: the kernel tells of a lost
     *     write only once, so asking again would call it saved
     */
    public void sync() {
        syncing.lock();
        try {
            if (lost != null) {
                throw new UncheckedIOException("cannot sync objects: an earlier sync failed; restart", lost);
            }
            List<Path> put = List.copyOf(unsynced);
            if (isEarlierUnsynced || put.size() > SYNCED_ONE_BY_ONE) {
                syncFileSystem();
            } else if (!put.isEmpty()) {
                var folders = new TreeSet<Path>(List.of(folder));
                put.forEach(file -> folders.add(folder(file)));
                for (Path file : put) {
                    force(file, StandardOpenOption.WRITE);
                }
                for (Path one : folders) {
                    force(one, StandardOpenOption.READ);
                }
            }
            isEarlierUnsynced = false;
            put.forEach(unsynced::remove);
        } catch (InterruptedIOException | ClosedByInterruptException e) {
            throw new UncheckedIOException("cannot sync objects", e);
        } catch (IOException e) {
            lost = e;
            throw new UncheckedIOException("cannot sync objects", e);
        } finally {
            syncing.unlock();
        }
    }

    /** The whole file system at once: hundreds of files take as long as a few do one by one. */
    private void syncFileSystem() throws IOException {
        Process process = new ProcessBuilder("sync", "--file-system", folder.toString())
                .redirectErrorStream(true)
                .start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(SYNC_LIMIT)) {
                process.destroyForcibly();
                throw new IOException("sync of " + folder + " takes longer than " + SYNC_LIMIT.toSeconds() + " s");
            }
            if (process.exitValue() != 0) {
                byte[] said = process.getInputStream().readNBytes(1000);
                throw new IOException(new String(said, StandardCharsets.UTF_8).strip());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted in a sync of " + folder);
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
