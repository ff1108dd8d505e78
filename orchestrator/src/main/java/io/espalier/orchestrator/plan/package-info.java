/**
 * The difference between the releases wanted and what hosts hold, as values: {@link io.espalier.orchestrator.plan.Planner}
 * decides and is pure, {@link io.espalier.orchestrator.plan.Plans} asks the hosts, and the rest shows a plan to people.
 */
@NullMarked
package io.espalier.orchestrator.plan;

import org.jspecify.annotations.NullMarked;
