package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.Snapshot;
import java.time.Duration;

/**
 * What one transfer into a repository may cost.
 *
 * @param bytes of the pack as it travels
 * @param objects in the pack
 * @param objectBytes of one object, unpacked
 * @param time from the first byte of the pack to its last
 */
public record PackLimits(long bytes, long objects, long objectBytes, Duration time) {

    public static final PackLimits DEFAULT =
            new PackLimits(256L << 20, 1_000_000, Snapshot.MAX_FILE, Duration.ofMinutes(10));
}
