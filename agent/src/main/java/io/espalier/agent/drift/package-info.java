/** Watches whether a host still holds what its release says, and since when it does not. */
@NullMarked
package io.espalier.agent.drift;

import org.jspecify.annotations.NullMarked;
