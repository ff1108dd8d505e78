/**
 * Questions to the tree: {@link io.espalier.metrics.query.Query} is a key that was parsed, and
 * {@link io.espalier.metrics.query.Queries} runs it over what the tree holds at one moment.
 */
@NullMarked
package io.espalier.metrics.query;

import org.jspecify.annotations.NullMarked;
