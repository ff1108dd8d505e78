/** Asks a host whether what was laid works: http, tcp and exec checks, repeated until their time is over. */
@NullMarked
package io.espalier.agent.health;

import org.jspecify.annotations.NullMarked;
