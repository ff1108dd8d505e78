/**
 * From lines of an access log to values for the tree. A {@link io.espalier.metrics.pipe.LogFormat} finds the
 * fields of a line, each {@link io.espalier.metrics.pipe.Pipe} counts what it cares about, and now and then all
 * of them hand their sums over in one batch: the tree sees a small part of what the log has.
 */
@NullMarked
package io.espalier.metrics.pipe;

import org.jspecify.annotations.NullMarked;
