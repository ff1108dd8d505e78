package io.espalier.orchestrator.fleet;

import java.util.List;
import java.util.Optional;

/**
 * What came of reading a fleet source.
 *
 * @param fleet empty if any problem is an error
 * @param problems everything that is wrong, sorted by file, line and column
 */
public record FleetReading(Optional<Fleet> fleet, List<Problem> problems) {

    public FleetReading {
        problems = List.copyOf(problems);
    }
}
