package io.espalier.templates;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Files as a source with one revision. Immutable. */
final class FolderSnapshot implements Snapshot {

    private final SourceName source;
    private final TreeMap<String, byte[]> files;

    private FolderSnapshot(SourceName source, TreeMap<String, byte[]> files) {
        this.source = source;
        this.files = files;
    }

    /** Of all files below {@code folder}, named relative to it. */
    static FolderSnapshot of(String source, Path folder) {
        var files = new TreeMap<String, byte[]>();
        try (var walk = Files.walk(folder)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new FolderSnapshot(new SourceName(source), files);
    }

    static FolderSnapshot of(String source, Map<String, String> texts) {
        var files = new TreeMap<String, byte[]>();
        texts.forEach((path, text) -> files.put(path, text.getBytes(StandardCharsets.UTF_8)));
        return new FolderSnapshot(new SourceName(source), files);
    }

    @Override
    public SourceName source() {
        return source;
    }

    @Override
    public Commit commit() {
        return new Commit(new Revision("1"), "Ann <ann@example.net>", "Change", Instant.EPOCH);
    }

    @Override
    public SortedSet<String> paths() {
        return new TreeSet<>(files.keySet());
    }

    @Override
    public Optional<byte[]> read(String path) {
        return Optional.ofNullable(files.get(path)).map(byte[]::clone);
    }

    @Override
    public Optional<Commit> lastChange(String path) {
        return files.containsKey(path) ? Optional.of(commit()) : Optional.empty();
    }
}
