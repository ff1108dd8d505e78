package io.espalier.agent.apply;

import io.espalier.agent.observe.Observation;
import io.espalier.protocol.Digest;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The right to carry out one admitted manifest. While it is open, no other apply is admitted. */
public final class Ticket implements AutoCloseable {

    private final Applier applier;
    private final SignedManifest signed;
    private final Manifest manifest;
    private final Observation seen;
    private final Map<Digest, Long> missing;
    private final long admissionNanos;
    private boolean open = true;

    Ticket(
            Applier applier,
            SignedManifest signed,
            Manifest manifest,
            Observation seen,
            Map<Digest, Long> missing,
            long admissionNanos) {
        this.applier = applier;
        this.signed = signed;
        this.manifest = manifest;
        this.seen = seen;
        this.missing = missing;
        this.admissionNanos = admissionNanos;
    }

    /** The blobs that must be sent, in the order in which they are wanted. */
    public List<Digest> missing() {
        return List.copyOf(missing.keySet());
    }

    /** How many bytes they have together. */
    public long missingBytes() {
        return missing.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Takes the bytes of the missing blobs, one after another.
     *
     * @return how the apply ended if it cannot go on
     * @throws IOException if the stream ends early; nothing was changed and the manifest may be sent again
     */
    public Optional<ApplyOutcome> receive(InputStream blobs) throws IOException {
        return applier.receive(this, blobs);
    }

    /** Carries the manifest out to its end, whatever becomes of the follower. */
    public ApplyOutcome carryOut(Follower follower) {
        return applier.carryOut(this, follower);
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            applier.done();
        }
    }

    SignedManifest signed() {
        return signed;
    }

    Manifest manifest() {
        return manifest;
    }

    Observation seen() {
        return seen;
    }

    Map<Digest, Long> missingSizes() {
        return missing;
    }

    long admissionNanos() {
        return admissionNanos;
    }
}
