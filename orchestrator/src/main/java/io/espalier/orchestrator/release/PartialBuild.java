package io.espalier.orchestrator.release;

import io.espalier.orchestrator.fleet.Problem;
import java.util.List;

/**
 * The releases with which hosts follow a revision in some of their units only.
 *
 * @param releases only of hosts that hold a release which these units can be put into
 * @param problems an error for each host where they cannot, a warning for each host that is left out
 */
public record PartialBuild(ReleaseSet releases, List<Problem> problems) {
    public PartialBuild {
        problems = List.copyOf(problems);
    }

    public boolean isSound() {
        return problems.stream().noneMatch(Problem::isError);
    }
}
