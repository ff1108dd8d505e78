package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceName;
import java.util.function.Consumer;

/**
 * Tells a pusher what a push does to the fleet. Each line is shown in their terminal as it is given. Both methods are
 * interrupted when the pusher has been kept waiting for too long; the rollout must not depend on them.
 */
public interface PushFollower {

    /** Says what {@code candidate}, which is not going to be accepted, would change ({@code git push -o dry-run}). */
    void plan(SourceName source, Snapshot candidate, Consumer<String> lines);

    /**
     * Says how the rollout of {@code commit} goes until there is a verdict, which is the last line. The source's listener
     * has been told of the commit before.
     */
    void follow(SourceName source, Commit commit, Consumer<String> lines);
}
