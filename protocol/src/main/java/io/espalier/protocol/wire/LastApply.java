package io.espalier.protocol.wire;

import io.espalier.protocol.ReleaseId;
import java.time.Instant;

/** How the apply of manifest {@code number} with {@code release} ended, by the host's clock. */
public record LastApply(long number, ReleaseId release, ApplyOutcome outcome, Instant at) {}
