package io.espalier.agent.apply;

import io.espalier.protocol.Digest;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.codec.Reader;
import io.espalier.protocol.codec.Writer;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.SignedManifest;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The releases that the journal names, read from the blobs that hold their signed manifests. */
final class Releases {

    private final Journal journal;
    private final BlobStore blobs;
    private @Nullable Loaded loaded;

    private record Loaded(Digest manifest, Release release) {}

    Releases(Journal journal, BlobStore blobs) {
        this.journal = journal;
        this.blobs = blobs;
    }

    static byte[] encode(SignedManifest signed) {
        return new Writer()
                .bytes(signed.manifestBytes())
                .bytes(signed.signature())
                .toBytes();
    }

    /** The release that the host is committed to. */
    Optional<Release> current() throws IOException {
        return optional(journal.state().current());
    }

    /** The release that is on disk. */
    Optional<Release> onDisk() throws IOException {
        return optional(journal.state().onDisk());
    }

    Release read(HeldRelease held) throws IOException {
        Loaded last = last();
        if (last != null && last.manifest.equals(held.manifest())) {
            return last.release;
        }
        Release release = parse(held);
        if (journal.state().onDisk().filter(held::equals).isPresent()) {
            keep(new Loaded(held.manifest(), release));
        }
        return release;
    }

    /** The digests of all blobs that must not go. */
    Set<Digest> blobsInUse() throws IOException {
        State state = journal.state();
        var used = new HashSet<Digest>();
        for (Optional<HeldRelease> held : java.util.List.of(
                state.current(), state.previous(), state.open().map(State.Open::target))) {
            if (held.isPresent()) {
                used.add(held.get().manifest());
                read(held.get()).files().forEach(file -> used.add(file.content()));
            }
        }
        state.open()
                .ifPresent(open -> open.transition().steps().forEach(step -> {
                    if (step.before() instanceof Image.File file) {
                        used.add(file.content());
                    }
                }));
        return used;
    }

    private Optional<Release> optional(Optional<HeldRelease> held) throws IOException {
        return held.isPresent() ? Optional.of(read(held.get())) : Optional.empty();
    }

    private Release parse(HeldRelease held) throws IOException {
        try {
            var in = new Reader(blobs.read(held.manifest()));
            return Manifest.decode(new SignedManifest(in.bytes(), in.bytes()).manifestBytes())
                    .release();
        } catch (MalformedException e) {
            throw new IOException("manifest " + held.number() + " on disk: " + e.getMessage(), e);
        }
    }

    private synchronized @Nullable Loaded last() {
        return loaded;
    }

    private synchronized void keep(Loaded fresh) {
        loaded = fresh;
    }
}
