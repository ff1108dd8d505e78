/**
 * The agent's socket: {@link io.espalier.agent.serve.Server} takes connections, a {@code Session} holds one
 * conversation. Nothing that a peer sends is believed, and no peer can hold up another.
 */
@NullMarked
package io.espalier.agent.serve;

import org.jspecify.annotations.NullMarked;
