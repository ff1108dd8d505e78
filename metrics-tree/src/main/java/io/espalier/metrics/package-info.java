/** The metrics tree alone: one process that takes values in, answers questions and shows live pages. */
@NullMarked
package io.espalier.metrics;

import org.jspecify.annotations.NullMarked;
