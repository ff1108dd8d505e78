package io.espalier.metrics.tree;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import java.util.Arrays;

/**
 * A distribution whose quantiles are within 1 % of the true value (DDSketch, Masson, Rim and Lee, VLDB 2019).
 * Bin {@code i} counts the values in {@code (g^(i-1), g^i]} with {@code g = 1.01/0.99}; at most
 * {@link #BINS} bins below the greatest are kept and smaller values are counted in the lowest of them.
 * That cut depends on the greatest value alone, so merging stays associative.
 */
public final class Sketch implements Cell {
    static final double ACCURACY = 0.01;
    static final int BINS = 2048;
    private static final double LOG_GAMMA = Math.log((1 + ACCURACY) / (1 - ACCURACY));
    private static final double TINY = 1e-12;

    /** Far beyond what a double can be. */
    private static final int MOST_INDEX = 1 << 20;

    private final Store positive = new Store();
    private final Store negative = new Store();
    private long zeros;
    private long count;
    private double sum;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;

    /** Bins from index {@code low} on. */
    private static final class Store {
        int low;
        long[] bins = {};

        void add(int index, long n) {
            if (bins.length == 0) {
                low = index;
                bins = new long[1];
            }
            if (index < low || index >= low + bins.length) {
                index = Math.max(index, reach(Math.min(index, low), Math.max(index, low + bins.length - 1)));
            }
            bins[index - low] += n;
        }

        /** Makes room for all from {@code from} to {@code to}; answers the lowest index that is kept. */
        private int reach(int from, int to) {
            int bottom = Math.max(from, to - BINS + 1);
            long[] wider = new long[to - bottom + 1];
            for (int i = 0; i < bins.length; i++) {
                wider[Math.max(low + i, bottom) - bottom] += bins[i];
            }
            low = bottom;
            bins = wider;
            return bottom;
        }

        void merge(Store other) {
            for (int i = other.bins.length - 1; i >= 0; i--) {
                if (other.bins[i] != 0) {
                    add(other.low + i, other.bins[i]);
                }
            }
        }

        long total() {
            return Arrays.stream(bins).sum();
        }

        long at(int index) {
            return index < low || index >= low + bins.length ? 0 : bins[index - low];
        }

        void write(BytesOut out) {
            out.zigzag(low);
            out.varint(bins.length);
            for (long n : bins) {
                out.varint(n);
            }
        }

        void read(BytesIn in) throws BadBytesException {
            long first = in.zigzag();
            if (Math.abs(first) > MOST_INDEX) {
                throw new BadBytesException("a bin numbered " + first);
            }
            low = (int) first;
            bins = new long[in.count(BINS)];
            for (int i = 0; i < bins.length; i++) {
                bins[i] = in.varint();
            }
        }
    }

    public void add(double value) {
        add(value, 1);
    }

    public void add(double value, long n) {
        if (value > TINY) {
            positive.add(index(value), n);
        } else if (value < -TINY) {
            negative.add(index(-value), n);
        } else {
            zeros += n;
        }
        count += n;
        sum += value * n;
        min = Math.min(min, value);
        max = Math.max(max, value);
    }

    private static int index(double value) {
        return (int) Math.ceil(Math.log(value) / LOG_GAMMA);
    }

    private static double middle(int index) {
        return 2 * Math.exp(index * LOG_GAMMA) / (Math.exp(LOG_GAMMA) + 1);
    }

    /** The value below which {@code q} (0 to 1) of all values lie; NaN when there are none. */
    public double quantile(double q) {
        if (count == 0) {
            return Double.NaN;
        }
        long rank = (long) (q * (count - 1));
        long below = negative.total();
        if (rank < below) {
            return bounded(-at(negative, below - 1 - rank));
        }
        if (rank < below + zeros) {
            return bounded(0);
        }
        return bounded(at(positive, rank - below - zeros));
    }

    private static double at(Store store, long rank) {
        long seen = 0;
        for (int i = 0; i < store.bins.length; i++) {
            seen += store.bins[i];
            if (seen > rank) {
                return middle(store.low + i);
            }
        }
        return middle(store.low + store.bins.length - 1);
    }

    private double bounded(double value) {
        return Math.clamp(value, min, max);
    }

    public long count() {
        return count;
    }

    public double sum() {
        return sum;
    }

    public double min() {
        return min;
    }

    public double max() {
        return max;
    }

    @Override
    public double number() {
        return count == 0 ? 0 : sum / count;
    }

    @Override
    public Sketch copy() {
        var copy = new Sketch();
        copy.merge(this);
        return copy;
    }

    @Override
    public void merge(Cell other) {
        var that = (Sketch) other;
        positive.merge(that.positive);
        negative.merge(that.negative);
        zeros += that.zeros;
        count += that.count;
        sum += that.sum;
        min = Math.min(min, that.min);
        max = Math.max(max, that.max);
    }

    @Override
    public void write(BytesOut out) {
        positive.write(out);
        negative.write(out);
        out.varint(zeros);
        out.f8(sum);
        out.f8(min);
        out.f8(max);
    }

    static Sketch read(BytesIn in) throws BadBytesException {
        var sketch = new Sketch();
        sketch.positive.read(in);
        sketch.negative.read(in);
        sketch.zeros = in.varint();
        sketch.count = sketch.positive.total() + sketch.negative.total() + sketch.zeros;
        sketch.sum = in.f8();
        sketch.min = in.f8();
        sketch.max = in.f8();
        return sketch;
    }

    /** What was added since {@code earlier}, an older copy of this one; its least and greatest only as exact as a bin. */
    public Sketch since(Sketch earlier) {
        var added = new Sketch();
        for (int i = 0; i < positive.bins.length; i++) {
            added.addBin(
                    positive.bins[i] - earlier.positive.at(positive.low + i),
                    middle(positive.low + i),
                    positive.low + i,
                    true);
        }
        for (int i = 0; i < negative.bins.length; i++) {
            added.addBin(
                    negative.bins[i] - earlier.negative.at(negative.low + i),
                    -middle(negative.low + i),
                    negative.low + i,
                    false);
        }
        long moreZeros = Math.max(0, zeros - earlier.zeros);
        added.zeros = moreZeros;
        added.count += moreZeros;
        if (moreZeros > 0) {
            added.min = Math.min(added.min, 0);
            added.max = Math.max(added.max, 0);
        }
        added.sum = sum - earlier.sum;
        return added;
    }

    private void addBin(long n, double value, int index, boolean isPositive) {
        if (n > 0) {
            (isPositive ? positive : negative).add(index, n);
            count += n;
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
    }

    @Override
    public Action action() {
        return Action.SKETCH;
    }

    @Override
    public String toString() {
        return "Sketch[" + count + " values, p50 " + quantile(0.5) + ", p99 " + quantile(0.99) + "]";
    }
}
