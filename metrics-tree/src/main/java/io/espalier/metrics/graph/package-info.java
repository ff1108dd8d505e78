/**
 * Pictures. A {@link io.espalier.metrics.graph.GraphPlan} says what to draw, {@link io.espalier.metrics.graph.Drawing}
 * lays it out as a few kinds of shapes, and {@link io.espalier.metrics.graph.Format} writes these as SVG, PNG, JPEG or
 * PDF. The same plan gives the same bytes (PNG and JPEG: on machines with the same fonts).
 */
@NullMarked
package io.espalier.metrics.graph;

import org.jspecify.annotations.NullMarked;
