package io.espalier.bench;

import java.util.Arrays;
import java.util.Locale;

/** Measured values of one thing, all in the same unit. */
record Figures(String name, String unit, double... values) {

    double median() {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** {@code change: 1.42 s (1.31 to 1.77, 5 rounds)} */
    @Override
    public String toString() {
        double least = Arrays.stream(values).min().orElseThrow();
        double most = Arrays.stream(values).max().orElseThrow();
        return String.format(
                Locale.ROOT,
                "%-44s %9.3f %s  (%.3f to %.3f, %d rounds)",
                name,
                median(),
                unit,
                least,
                most,
                values.length);
    }
}
