/**
 * History. {@link io.espalier.metrics.trend.Trend} looks at the tree every ten seconds and hands what it sees to a
 * {@link io.espalier.metrics.trend.TrendStore}: chunks on disk ({@link io.espalier.metrics.trend.ChunkStore}), or
 * VictoriaMetrics ({@link io.espalier.metrics.trend.VictoriaStore}). Ingest never waits for it.
 */
@NullMarked
package io.espalier.metrics.trend;

import org.jspecify.annotations.NullMarked;
