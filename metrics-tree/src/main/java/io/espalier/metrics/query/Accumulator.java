package io.espalier.metrics.query;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Cell;
import io.espalier.metrics.tree.Sketch;
import io.espalier.metrics.tree.Unique;
import io.espalier.metrics.tree.View;
import java.util.Arrays;
import java.util.Optional;

/** Takes in what a reduced segment matches. */
final class Accumulator {
    private final Reducer reducer;
    private long count;
    private double sum;
    private long weight;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private double[] all = {};
    private Optional<Sketch> sketch = Optional.empty();
    private final Unique unique = new Unique();

    Accumulator(Reducer reducer) {
        this.reducer = reducer;
    }

    void leaf(View view, int node) {
        switch (reducer.kind()) {
            case SUM, AVG, MIN, MAX, COUNT, LIST -> number(view.number(node));
            case WAVG -> {
                boolean isMean = view.action(node).equals(Optional.of(Action.AVERAGE));
                count++;
                sum += isMean ? view.raw(node) : view.number(node);
                weight += isMean ? view.aux(node) : 1;
            }
            case QUANTILE -> {
                Optional<Cell> cell = view.cell(node);
                if (cell.isPresent() && cell.get() instanceof Sketch held) {
                    if (sketch.isEmpty()) {
                        sketch = Optional.of(new Sketch());
                    }
                    sketch.get().merge(held);
                    count++;
                } else {
                    number(view.number(node));
                }
            }
            case UNIQUE -> {
                Optional<Cell> cell = view.cell(node);
                if (cell.isPresent() && cell.get() instanceof Unique held) {
                    unique.merge(held);
                } else {
                    unique.add(Double.toString(view.number(node)));
                }
                count++;
            }
        }
    }

    void number(double value) {
        count++;
        sum += value;
        weight++;
        min = Math.min(min, value);
        max = Math.max(max, value);
        if (reducer.kind() == Reducer.Kind.QUANTILE) {
            int n = (int) (weight - 1);
            if (n >= all.length) {
                all = Arrays.copyOf(all, Math.max(16, all.length * 2));
            }
            all[n] = value;
        }
    }

    boolean isEmpty() {
        return count == 0;
    }

    double result() {
        return switch (reducer.kind()) {
            case SUM -> sum;
            case AVG -> sum / count;
            case WAVG -> sum / weight;
            case MIN -> min;
            case MAX -> max;
            case COUNT, LIST -> count;
            case UNIQUE -> unique.estimate();
            case QUANTILE -> quantile();
        };
    }

    private double quantile() {
        if (sketch.isPresent()) {
            Sketch joint = sketch.get();
            for (int i = 0; i < weight; i++) {
                joint.add(all[i]);
            }
            return joint.quantile(reducer.q());
        }
        double[] sorted = Arrays.copyOf(all, (int) weight);
        Arrays.sort(sorted);
        return sorted[(int) (reducer.q() * (sorted.length - 1))];
    }
}
