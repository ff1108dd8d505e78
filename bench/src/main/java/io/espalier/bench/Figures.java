package io.espalier.bench;

import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Measured values of one thing, all in the same unit. */
record Figures(String name, String unit, List<Double> values) {

    Figures {
        values = List.copyOf(values);
    }

    double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** {@code change: 1.42 s (1.31 to 1.77, 5 rounds)} */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%-44s %9.3f %s  (%.3f to %.3f, %d rounds)",
                name,
                median(),
                unit,
                Collections.min(values),
                Collections.max(values),
                values.size());
    }
}
