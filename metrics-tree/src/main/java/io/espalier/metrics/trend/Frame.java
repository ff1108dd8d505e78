package io.espalier.metrics.trend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What all series were at one time. Filled by one thread, then handed over. */
public final class Frame implements Rows {
    private final long time;
    private final List<String> keys = new ArrayList<>();
    private double[] values = new double[64];

    /** @param time seconds since 1970 */
    public Frame(long time) {
        this.time = time;
    }

    /** @param value a finite number */
    public void add(String key, double value) {
        if (keys.size() == values.length) {
            values = Arrays.copyOf(values, values.length * 2);
        }
        values[keys.size()] = value;
        keys.add(key);
    }

    public long time() {
        return time;
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
        return values[row];
    }
}
