/** What the operator wants of subtrees: a file of a line each, read at the start. */
@NullMarked
package io.espalier.metrics.rules;

import org.jspecify.annotations.NullMarked;
