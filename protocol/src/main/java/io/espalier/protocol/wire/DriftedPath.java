package io.espalier.protocol.wire;

import io.espalier.protocol.Digest;
import java.time.Instant;
import java.util.Optional;

/**
 * A path where the host no longer holds what its release says.
 *
 * @param unit that holds the path
 * @param kind what differs
 * @param expected of the release; empty for a path that should not be there
 * @param actual on disk; empty if it is gone or no file
 * @param since when the agent first saw it, by the host's clock
 */
public record DriftedPath(
        String path, String unit, Kind kind, Optional<Digest> expected, Optional<Digest> actual, Instant since) {

    /** What differs; where several do, the first of this order. */
    public enum Kind {
        MISSING,
        CONTENT,
        TYPE,
        MODE,
        OWNER,
        UNEXPECTED
    }
}
