/**
 * What a fleet source says: hosts, tiers, units, variables and policies as one typed, checked, immutable
 * {@link io.espalier.orchestrator.fleet.Fleet}. Pure: snapshot in, fleet or problems out.
 */
@NullMarked
package io.espalier.orchestrator.fleet;

import org.jspecify.annotations.NullMarked;
