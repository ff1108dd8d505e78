/**
 * The tree itself: a few shards, each a struct of arrays that one thread writes at a time, and everything
 * that is merged into it. {@link io.espalier.metrics.tree.MetricTree} is the door; what goes in is a
 * {@link io.espalier.metrics.tree.Batch}, what comes out is a {@link io.espalier.metrics.tree.View}.
 */
@NullMarked
package io.espalier.metrics.tree;

import org.jspecify.annotations.NullMarked;
