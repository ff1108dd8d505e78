package io.espalier.metrics.trend;

import java.util.Arrays;

/** A key's points in a range: for each step the sum, number, least and greatest of what was seen. */
public final class Series implements Points {
    private final String key;
    private final Range range;
    private final double[] sum;
    private final long[] count;
    private final double[] min;
    private final double[] max;

    /** What one number is made of a step's many. */
    public enum Function {
        AVG,
        MIN,
        MAX,
        SUM,
        COUNT,
        /** Growth a second since the step before; a fall, as of a counter that began again, is a gap. */
        RATE
    }

    public Series(String key, Range range) {
        this.key = key;
        this.range = range;
        sum = new double[range.points()];
        count = new long[range.points()];
        min = new double[range.points()];
        max = new double[range.points()];
        Arrays.fill(min, Double.POSITIVE_INFINITY);
        Arrays.fill(max, Double.NEGATIVE_INFINITY);
    }

    public String key() {
        return key;
    }

    public Range range() {
        return range;
    }

    /** Takes {@code n} values in; outside of the range they count for nothing. */
    @Override
    public void add(long time, double ofSum, long n, double least, double greatest) {
        if (time < range.from() || time >= range.to() || n == 0) {
            return;
        }
        int i = (int) ((time - range.from()) / range.step());
        sum[i] += ofSum;
        count[i] += n;
        min[i] = Math.min(min[i], least);
        max[i] = Math.max(max[i], greatest);
    }

    public void add(long time, double value) {
        add(time, value, 1, value, value);
    }

    public boolean isEmpty() {
        return Arrays.stream(count).allMatch(n -> n == 0);
    }

    public int points() {
        return count.length;
    }

    public long time(int i) {
        return range.from() + i * range.step();
    }

    /** NaN where nothing was seen. */
    public double value(int i, Function function) {
        if (count[i] == 0) {
            return Double.NaN;
        }
        return switch (function) {
            case AVG -> sum[i] / count[i];
            case MIN -> min[i];
            case MAX -> max[i];
            case SUM -> sum[i];
            case COUNT -> count[i];
            case RATE -> {
                int before = i - 1;
                while (before >= 0 && count[before] == 0) {
                    before--;
                }
                double growth = before < 0 ? -1 : sum[i] / count[i] - sum[before] / count[before];
                yield growth < 0 ? Double.NaN : growth / ((i - before) * range.step());
            }
        };
    }

    public double[] values(Function function) {
        double[] values = new double[points()];
        Arrays.setAll(values, i -> value(i, function));
        return values;
    }

    @Override
    public String toString() {
        return key + " " + Arrays.toString(values(Function.AVG));
    }
}
