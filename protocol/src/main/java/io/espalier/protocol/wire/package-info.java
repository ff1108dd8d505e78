/**
 * What travels on the agent's socket: {@link io.espalier.protocol.wire.Message}s in
 * {@link io.espalier.protocol.wire.Frames}.
 */
@NullMarked
package io.espalier.protocol.wire;

import org.jspecify.annotations.NullMarked;
