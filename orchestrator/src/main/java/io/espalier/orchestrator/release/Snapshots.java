package io.espalier.orchestrator.release;

import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import java.util.Optional;

/** Gives the newest snapshot of a source that a fleet names. */
@FunctionalInterface
public interface Snapshots {

    /**
     * @return empty if the source has not been fetched yet
     * @throws io.espalier.orchestrator.source.SourceException if it cannot be
     */
    Optional<Snapshot> find(SourceName name, SourceSpec spec);
}
