package io.espalier.orchestrator.render;

import io.espalier.orchestrator.fleet.Problem;
import java.util.List;

/** How the rendering of one host ended. */
public sealed interface Rendering {

    record Done(RenderedHost host) implements Rendering {}

    /** @param problems at least one; everything that is wrong with this host's files */
    record Failed(List<Problem> problems) implements Rendering {
        public Failed {
            problems = List.copyOf(problems);
        }
    }
}
