/**
 * What orchestrator, agent and shell say to each other: identifiers, the signed release manifest, the framed messages
 * on the agent's socket and the records of the REST API. No I/O beyond streams that a caller hands in.
 */
@NullMarked
package io.espalier.protocol;

import org.jspecify.annotations.NullMarked;
