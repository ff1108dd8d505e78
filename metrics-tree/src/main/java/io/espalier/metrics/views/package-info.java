/** Saved views: keys that belong on one chart, by name. */
@NullMarked
package io.espalier.metrics.views;

import org.jspecify.annotations.NullMarked;
