package io.espalier.orchestrator.source;

import io.espalier.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

/** A snapshot of texts given in a test; its revision is a digest of them. Immutable. */
public final class TextSnapshot implements Snapshot {

    private final SourceName source;
    private final NavigableMap<String, String> files;

    private TextSnapshot(SourceName source, NavigableMap<String, String> files) {
        this.source = source;
        this.files = files;
    }

    public static TextSnapshot of(String source) {
        return new TextSnapshot(new SourceName(source), new TreeMap<>());
    }

    /** This with one more file, or with other text in it. */
    public TextSnapshot with(String path, String text) {
        var more = new TreeMap<>(files);
        more.put(path, text);
        return new TextSnapshot(source, more);
    }

    public TextSnapshot without(String path) {
        var fewer = new TreeMap<>(files);
        fewer.remove(path);
        return new TextSnapshot(source, fewer);
    }

    @Override
    public SourceName source() {
        return source;
    }

    @Override
    public Commit commit() {
        var revision = new Revision(
                Digest.of(files.toString().getBytes(StandardCharsets.UTF_8)).hex());
        return new Commit(revision, "Ann <ann@example.net>", "Change", Instant.EPOCH);
    }

    @Override
    public SortedSet<String> paths() {
        return Collections.unmodifiableSortedSet(files.navigableKeySet());
    }

    @Override
    public Optional<byte[]> read(String path) {
        return Optional.ofNullable(files.get(path)).map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Optional<Commit> lastChange(String path) {
        return files.containsKey(path) ? Optional.of(commit()) : Optional.empty();
    }
}
