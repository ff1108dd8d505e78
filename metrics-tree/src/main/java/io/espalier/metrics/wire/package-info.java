/**
 * What senders that exist already put on the wire, read into values: syslog, StatsD, Graphite's pickle and
 * Ganglia's gmetric. Pure: bytes in, values or a {@link io.espalier.metrics.wire.BadWireException} out; every
 * length that a sender names is checked against what is there before anything is made of it.
 */
@NullMarked
package io.espalier.metrics.wire;

import org.jspecify.annotations.NullMarked;
