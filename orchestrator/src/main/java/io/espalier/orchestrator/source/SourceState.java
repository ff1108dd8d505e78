package io.espalier.orchestrator.source;

import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a source.
 *
 * @param commit the one that was last announced; kept while later looks fail
 * @param lastLook when a look last ended, well or badly
 * @param lastChange when {@code commit} was announced
 */
public record SourceState(
        SourceName source,
        SourceSpec spec,
        Optional<Commit> commit,
        Optional<Instant> lastLook,
        Optional<Instant> lastChange,
        Outcome outcome) {}
