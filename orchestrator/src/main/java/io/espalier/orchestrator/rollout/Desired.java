package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.SourceName;
import java.util.Map;
import java.util.Optional;

/** Where the reconciler learns what is wanted. */
public interface Desired {

    /** What the sources ask for now. */
    Wish newest();

    /** What they asked for at these revisions; empty if it cannot be had any more. */
    Optional<ReleaseSet> at(Map<SourceName, Revision> revisions);
}
