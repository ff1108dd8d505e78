package io.espalier.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is protected of a host.
 *
 * @param snapshots that are there
 * @param contentBytes of all of them, as if each were kept whole
 * @param storedBytes on the store's disk
 */
public record BackupHostView(
        String host, String auid, int snapshots, long contentBytes, long storedBytes, List<Kind> kinds) {
    /**
     * @param state ok, fail, running or stale
     * @param lastGood when the newest good one ended
     * @param bytes of content of that one
     * @param error of the newest try, while it is the newest news
     */
    public record Kind(
            String kind,
            String state,
            int snapshots,
            @Nullable Instant lastGood,
            @Nullable String snapshot,
            long bytes,
            @Nullable String error) {}

    /** How many bytes of content a stored byte stands for; 0 if nothing is stored. */
    public double ratio() {
        return storedBytes == 0 ? 0 : (double) contentBytes / storedBytes;
    }
}
