/**
 * The git server in the orchestrator: smart HTTP under {@code /git/NAME.git}. A push is checked before it is accepted,
 * and one that moves a watched ref tells the rollout's progress to who pushed it.
 */
@NullMarked
package io.espalier.orchestrator.source.hosting;

import org.jspecify.annotations.NullMarked;
