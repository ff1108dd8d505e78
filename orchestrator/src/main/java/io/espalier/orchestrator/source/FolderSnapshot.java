package io.espalier.orchestrator.source;

import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * What a local folder held when it was read, for checking a fleet before it is committed. Links are not followed and
 * left out, as is what version control keeps in the folder. Its revision is a digest of all paths and contents.
 */
public final class FolderSnapshot implements Snapshot {

    /** All files together are held in memory. */
    static final long MAX_BYTES = 256L << 20;

    static final int MAX_FILES = 100_000;

    private static final Set<String> LEFT_OUT = Set.of(".git", ".svn", ".hg");

    private final SourceName source;
    private final Commit commit;
    private final NavigableMap<String, byte[]> files;

    private FolderSnapshot(SourceName source, NavigableMap<String, byte[]> files) {
        this.source = source;
        this.files = files;
        this.commit = new Commit(revisionOf(files), "", "", Instant.EPOCH);
    }

    /** @throws SourceException with {@code too-large} or {@code fetch-failed} */
    public static FolderSnapshot of(SourceName source, Path folder) {
        try {
            return new FolderSnapshot(source, filesBelow(folder));
        } catch (IOException | UncheckedIOException e) {
            throw new SourceException(Reason.FETCH_FAILED, folder + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public SourceName source() {
        return source;
    }

    @Override
    public Commit commit() {
        return commit;
    }

    @Override
    public SortedSet<String> paths() {
        return Collections.unmodifiableSortedSet(files.navigableKeySet());
    }

    @Override
    public Optional<byte[]> read(String path) {
        byte[] content = files.get(path);
        if (content != null && content.length > MAX_FILE) {
            throw new SourceException(Reason.TOO_LARGE, path + " is over " + MAX_FILE + " bytes");
        }
        return Optional.ofNullable(content).map(byte[]::clone);
    }

    @Override
    public Optional<Commit> lastChange(String path) {
        return Optional.empty();
    }

    private static NavigableMap<String, byte[]> filesBelow(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("no folder");
        }
        var files = new TreeMap<String, byte[]>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            private long bytes;

            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
                boolean leftOut = !dir.equals(folder) && LEFT_OUT.contains(String.valueOf(dir.getFileName()));
                return leftOut ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!attributes.isRegularFile() || LEFT_OUT.contains(String.valueOf(file.getFileName()))) {
                    return FileVisitResult.CONTINUE;
                }
                bytes += attributes.size();
                if (bytes > MAX_BYTES || files.size() >= MAX_FILES) {
                    throw new SourceException(
                            Reason.TOO_LARGE,
                            folder + " holds more than " + MAX_FILES + " files or " + MAX_BYTES + " bytes");
                }
                String path = folder.relativize(file)
                        .toString()
                        .replace(file.getFileSystem().getSeparator(), "/");
                try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                    files.put(path, in.readNBytes(MAX_FILE + 1));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return files;
    }

    private static Revision revisionOf(NavigableMap<String, byte[]> files) {
        MessageDigest all = Digest.newSha256();
        files.forEach((path, content) -> {
            all.update((path + "\0" + Digest.of(content) + "\n").getBytes(StandardCharsets.UTF_8));
        });
        return new Revision(Digest.of(all).hex());
    }
}
