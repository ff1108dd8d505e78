package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Finding;
import java.util.List;

/** What came of an edit. */
public sealed interface EditResult {

    /** It is in the repository as {@code commit}, and the sources that follow it have been looked at. */
    record Accepted(Commit commit, List<Finding> warnings) implements EditResult {
        public Accepted {
            warnings = List.copyOf(warnings);
        }
    }

    /** It could be accepted; nothing was changed. */
    record Tried(List<Finding> warnings) implements EditResult {
        public Tried {
            warnings = List.copyOf(warnings);
        }
    }

    /** Nothing was changed; at least one finding refuses. */
    record Refused(List<Finding> findings) implements EditResult {
        public Refused {
            findings = List.copyOf(findings);
        }
    }

    /** Somebody else changed the file since the revision that the edit began with, last with {@code theirs}. */
    record Overtaken(Commit theirs) implements EditResult {}
}
