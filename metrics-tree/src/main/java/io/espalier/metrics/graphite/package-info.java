/**
 * The part of Graphite's render API that Grafana's bundled plugin asks: targets are parsed
 * ({@link io.espalier.metrics.graphite.Target}), evaluated over history ({@link io.espalier.metrics.graphite.Evaluation}) and
 * names are found in the tree. A dotted path is a key: {@code br.ie.7} is {@code br,ie,7}; a dot in a name is {@code %2E}.
 */
@NullMarked
package io.espalier.metrics.graphite;

import org.jspecify.annotations.NullMarked;
