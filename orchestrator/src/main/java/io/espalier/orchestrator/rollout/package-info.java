/**
 * Carries a plan out in waves; every step is in the database before it is taken.
 */
@NullMarked
package io.espalier.orchestrator.rollout;

import org.jspecify.annotations.NullMarked;
