package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.source.Commit;
import java.util.List;

/** What the sources ask for. */
public sealed interface Wish {

    /** Releases for all hosts, in the object store. */
    record Ready(ReleaseSet releases) implements Wish {}

    /** The fleet source stands at a commit that cannot be rolled out. */
    record Refused(Commit commit, List<Problem> problems) implements Wish {
        public Refused {
            problems = List.copyOf(problems);
        }
    }

    /** Nothing can be told yet, for a reason that goes away by itself or is told with the source. */
    record Unknown(String why) implements Wish {}
}
