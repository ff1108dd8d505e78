package io.espalier.orchestrator.plan;

import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Release;
import java.util.Optional;

/** Gives releases that were sent before, by their id. */
@FunctionalInterface
public interface Releases {

    Optional<Release> find(ReleaseId id);
}
