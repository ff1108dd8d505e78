package io.espalier.orchestrator.api;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.Digest;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

/** Files that came with a request, to be checked as if they were a source. */
final class UploadedSnapshot implements Snapshot {

    private static final int MAX_FILES = 20_000;
    private static final long MAX_BYTES = 32L << 20;

    private final SourceName source;
    private final NavigableMap<String, byte[]> files;
    private final Commit commit;

    private UploadedSnapshot(SourceName source, NavigableMap<String, byte[]> files, String revision) {
        this.source = source;
        this.files = files;
        this.commit = new Commit(new Revision(revision), "", "not committed", Instant.EPOCH);
    }

    /** @param files base64 by relative path */
    static UploadedSnapshot of(SourceName source, Map<String, String> files) {
        if (files.size() > MAX_FILES) {
            throw RequestRefused.malformed("files: " + files.size() + " (expected: at most " + MAX_FILES + ")");
        }
        var decoded = new TreeMap<String, byte[]>();
        var digest = Digest.newSha256();
        long total = 0;
        for (Map.Entry<String, String> file : new TreeMap<>(files).entrySet()) {
            byte[] content;
            try {
                content = Base64.getDecoder().decode(file.getValue());
            } catch (IllegalArgumentException e) {
                throw RequestRefused.malformed(file.getKey() + ": content is not base64");
            }
            total += content.length;
            if (total > MAX_BYTES) {
                throw RequestRefused.malformed("files: more than " + (MAX_BYTES >> 20) + " MB");
            }
            digest.update(file.getKey().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(Digest.of(content).raw());
            decoded.put(file.getKey(), content);
        }
        return new UploadedSnapshot(source, decoded, Digest.of(digest).hex());
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
        return Optional.ofNullable(files.get(path)).map(byte[]::clone);
    }

    @Override
    public Optional<Commit> lastChange(String path) {
        return Optional.empty();
    }
}
