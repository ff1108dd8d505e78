/**
 * The difference between the releases wanted and what hosts hold, as values. Pure.
 */
@NullMarked
package io.espalier.orchestrator.plan;

import org.jspecify.annotations.NullMarked;
