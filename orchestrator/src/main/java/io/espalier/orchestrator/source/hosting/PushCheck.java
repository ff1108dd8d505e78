package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Finding;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceName;
import java.util.List;

/** Looks at a revision before a push that would bring it in is accepted. */
@FunctionalInterface
public interface PushCheck {

    /** What is wrong with {@code candidate} as the content of {@code source}, in the order to show it. */
    List<Finding> check(SourceName source, Snapshot candidate);
}
