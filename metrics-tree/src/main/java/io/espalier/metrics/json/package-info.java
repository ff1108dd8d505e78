/** JSON, as far as the tree needs it: read straight into a batch, written straight from an answer. */
@NullMarked
package io.espalier.metrics.json;

import org.jspecify.annotations.NullMarked;
