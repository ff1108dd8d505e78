package io.espalier.metrics.query;

import io.espalier.metrics.tree.Markers;
import io.espalier.metrics.tree.Sketch;
import io.espalier.metrics.tree.Top;
import java.util.List;

/** What is found at a key. */
public sealed interface Value {
    record Scalar(double value) implements Value {}

    /** All percentiles of a distribution, as far as anyone asks: NaN in an empty one. */
    record Spread(long count, double sum, double min, double max, double p50, double p90, double p99) implements Value {
        static Spread of(Sketch sketch) {
            return new Spread(
                    sketch.count(),
                    sketch.sum(),
                    sketch.min(),
                    sketch.max(),
                    sketch.quantile(0.5),
                    sketch.quantile(0.9),
                    sketch.quantile(0.99));
        }
    }

    record Ranking(List<Top.Item> items) implements Value {
        public Ranking {
            items = List.copyOf(items);
        }
    }

    record Text(Markers markers) implements Value {}
}
