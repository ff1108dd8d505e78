/** Tells watchers what changed: one feed a key, filled by a tick, read by any number of polls and streams. */
@NullMarked
package io.espalier.metrics.live;

import org.jspecify.annotations.NullMarked;
