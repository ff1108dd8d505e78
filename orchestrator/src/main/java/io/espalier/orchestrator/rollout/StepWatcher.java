package io.espalier.orchestrator.rollout;

import java.util.List;

/**
 * Is told, after it is stored, that host steps are in another state; many at a time where many changed at a time. Called
 * on the threads of rollouts: must be quick. What it throws is logged and changes nothing.
 */
@FunctionalInterface
public interface StepWatcher {

    /** For those who need not know. */
    StepWatcher NONE = (_, _) -> {};

    void changed(Rollout rollout, List<HostStep> steps);
}
