package io.espalier.backup.retention;

import java.time.Instant;

/**
 * A snapshot, as far as retention looks at it.
 *
 * @param id says which one it is
 * @param series host and source; each series is decided apart
 */
public record Candidate(String id, String series, Instant at, boolean isGood) {}
