package io.espalier.orchestrator.release;

import io.espalier.orchestrator.fleet.Problem;
import java.util.List;

/** What came of a fleet source at a revision. */
public sealed interface Built {

    /** Releases for all hosts; their blobs are in the object store. */
    record Ready(ReleaseSet releases) implements Built {}

    /** @param problems all that was found, warnings too, sorted by file, line and column; at least one is an error */
    record Refused(List<Problem> problems) implements Built {
        public Refused {
            problems = List.copyOf(problems);
        }
    }
}
