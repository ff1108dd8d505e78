package io.espalier.metrics.graphite;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/** A series on its way through functions; NaN is a gap. */
public final class Curve {
    private final String name;
    private final String path;
    private final long from;
    private final long step;
    private final double[] values;

    /** @param path the dotted path that it began as, from which aliases are made */
    Curve(String name, String path, long from, long step, double[] values) {
        this.name = name;
        this.path = path;
        this.from = from;
        this.step = step;
        this.values = values;
    }

    public String name() {
        return name;
    }

    String path() {
        return path;
    }

    public long from() {
        return from;
    }

    public long step() {
        return step;
    }

    public int size() {
        return values.length;
    }

    public double value(int i) {
        return i < 0 || i >= values.length ? Double.NaN : values[i];
    }

    public long time(int i) {
        return from + i * step;
    }

    double[] values() {
        return values.clone();
    }

    Curve named(String newName) {
        return new Curve(newName, path, from, step, values);
    }

    Curve with(String newName, double[] newValues) {
        return new Curve(newName, path, from, step, newValues);
    }

    Curve map(String newName, DoubleUnaryOperator operator) {
        return with(newName, Arrays.stream(values).map(operator).toArray());
    }

    double max() {
        return Arrays.stream(values).filter(v -> !Double.isNaN(v)).max().orElse(Double.NEGATIVE_INFINITY);
    }

    double mean() {
        return Arrays.stream(values).filter(v -> !Double.isNaN(v)).average().orElse(Double.NEGATIVE_INFINITY);
    }

    double newest() {
        for (int i = values.length - 1; i >= 0; i--) {
            if (!Double.isNaN(values[i])) {
                return values[i];
            }
        }
        return Double.NEGATIVE_INFINITY;
    }
}
