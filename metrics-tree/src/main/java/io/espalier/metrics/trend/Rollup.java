package io.espalier.metrics.trend;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows of a coarser tier in the making: sum, count, least and greatest of each series since {@code from}. */
final class Rollup implements Rows {
    final long from;
    private final Map<String, double[]> byKey = new HashMap<>();
    private final List<String> keys = new ArrayList<>();
    private final List<double[]> rows = new ArrayList<>();

    Rollup(long from) {
        this.from = from;
    }

    void add(String key, double sum, double n, double least, double greatest) {
        double[] row = byKey.get(key);
        if (row == null) {
            row = new double[] {sum, n, least, greatest};
            byKey.put(key, row);
            keys.add(key);
            rows.add(row);
            return;
        }
        row[0] += sum;
        row[1] += n;
        row[2] = Math.min(row[2], least);
        row[3] = Math.max(row[3], greatest);
    }

    @Override
    public int size() {
        return keys.size();
    }

    @Override
    public String key(int row) {
        return keys.get(row);
    }

    @Override
    public double value(int row, int column) {
        return rows.get(row)[column];
    }
}
