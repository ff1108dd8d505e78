package io.espalier.orchestrator.rollout;

import java.util.List;

/** Is told, within the transaction that stores it, how host steps ended. */
@FunctionalInterface
interface StepOutcomes {

    void store(RolloutId rollout, List<HostStep> ended);
}
