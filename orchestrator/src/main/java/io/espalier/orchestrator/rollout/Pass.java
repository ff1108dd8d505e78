package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.source.Commit;
import java.util.List;

/** How one look at what is wanted and what is held ended. */
public sealed interface Pass {

    /** Nothing is to be done now; hosts of {@code plan} may be unreachable, or waited for after failing. */
    record Settled(Plan plan) implements Pass {}

    /** A rollout is bringing it, or must end first. */
    record Rolling(RolloutId rollout) implements Pass {}

    /** What is wanted is quarantined: needs a person or a newer commit. */
    record Held(Quarantine.Entry entry) implements Pass {}

    /** The newest revision is rejected; the fleet stays on the last good one. */
    record Refused(Commit commit, List<Problem> problems) implements Pass {
        public Refused {
            problems = List.copyOf(problems);
        }
    }

    /** It is not known what is wanted. */
    record Unknown(String why) implements Pass {}

    /** Went wrong unexpectedly; tried again with a wait. */
    record Failed(String detail) implements Pass {}
}
