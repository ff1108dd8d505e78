/**
 * Sends on what comes in. {@link io.espalier.metrics.relay.Relay} empties a tree into numbered parcels, the spool keeps
 * them on disk until each upstream has them on its own, and a forwarder an upstream sends them in order.
 * {@link io.espalier.metrics.relay.Courier} is the other end: it takes parcels into a tree, each once.
 */
@NullMarked
package io.espalier.metrics.relay;

import org.jspecify.annotations.NullMarked;
