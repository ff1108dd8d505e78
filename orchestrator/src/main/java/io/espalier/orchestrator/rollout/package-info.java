/**
 * Carries a plan out in waves; every step is in the database before it is taken, so that a restarted orchestrator goes
 * on where the killed one was. {@link io.espalier.orchestrator.rollout.Rollouts} is the entry point,
 * {@link io.espalier.orchestrator.rollout.RolloutPlanner} decides and is pure, the runner does.
 */
@NullMarked
package io.espalier.orchestrator.rollout;

import org.jspecify.annotations.NullMarked;
