/** The orchestrator: from a push to changed hosts. One package for each step of the way, in the order of the way. */
@NullMarked
package io.espalier.orchestrator;

import org.jspecify.annotations.NullMarked;
