package io.espalier.orchestrator.source;

import java.time.Instant;

/**
 * Who made a revision, when and why.
 *
 * @param author as {@code Name <mail>}
 * @param subject the first line of its message
 */
public record Commit(Revision revision, String author, String subject, Instant at) {}
