package io.espalier.metrics.pipe;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.Sketch;
import java.util.Optional;

/** {@code time,request} and {@code time,upstream}: distributions in milliseconds. */
final class TimePipe implements Pipe {
    private static final Field[] REQUEST = {
        Field.REQUEST_SECONDS, Field.REQUEST_MILLIS, Field.REQUEST_MICROS, Field.REQUEST_NANOS
    };
    private static final double[] REQUEST_FACTORS = {1000, 1, 0.001, 0.000_001};
    private static final Field[] UPSTREAM = {Field.UPSTREAM_SECONDS};
    private static final double[] UPSTREAM_FACTORS = {1000};

    private final String name;
    private final Field[] fields;
    private final double[] millis;
    private Sketch sketch = new Sketch();

    private TimePipe(String name, Field[] fields, double[] millis) {
        this.name = name;
        this.fields = fields;
        this.millis = millis;
    }

    static TimePipe request() {
        return new TimePipe("request", REQUEST, REQUEST_FACTORS);
    }

    static TimePipe upstream() {
        return new TimePipe("upstream", UPSTREAM, UPSTREAM_FACTORS);
    }

    @Override
    public void process(LogRecord line) {
        double value = millis(line, fields, millis);
        if (value >= 0) {
            sketch.add(value);
        }
    }

    /** Of the finest field that the line has; -1 if it has none. */
    private static double millis(LogRecord line, Field[] fields, double[] factors) {
        for (int i = fields.length - 1; i >= 0; i--) {
            if (line.has(fields[i])) {
                double value = sum(line.bytes(), line.from(fields[i]), line.to(fields[i]));
                if (value >= 0) {
                    return value * factors[i];
                }
            }
        }
        return -1;
    }

    static Optional<Double> requestMillis(LogRecord line) {
        double value = millis(line, REQUEST, REQUEST_FACTORS);
        return value < 0 ? Optional.empty() : Optional.of(value);
    }

    static Optional<Double> upstreamMillis(LogRecord line) {
        double value = millis(line, UPSTREAM, UPSTREAM_FACTORS);
        return value < 0 ? Optional.empty() : Optional.of(value);
    }

    /** Retries stand as {@code 0.1, 0.2} and redirects as {@code 0.1 : 0.2}: the time of all of them. */
    static double sum(byte[] bytes, int from, int to) {
        double sum = -1;
        double value = 0;
        double unit = 1;
        boolean hasDigit = false;
        for (int i = from; i <= to; i++) {
            int c = i == to ? ',' : bytes[i];
            if (c >= '0' && c <= '9') {
                hasDigit = true;
                if (unit == 1) {
                    value = value * 10 + c - '0';
                } else {
                    value += (c - '0') * unit;
                    unit /= 10;
                }
            } else if (c == '.') {
                unit = 0.1;
            } else if ((c == 'e' || c == 'E') && hasDigit) {
                int exponent = exponent(bytes, i + 1, to);
                value *= Math.pow(10, exponent);
                i = exponentEnd(bytes, i + 1, to) - 1;
            } else if (hasDigit) {
                sum = Math.max(sum, 0) + value;
                value = 0;
                unit = 1;
                hasDigit = false;
            }
        }
        return sum;
    }

    /** JSON's numbers may have one, such as {@code 9.3e-05}. */
    private static int exponent(byte[] bytes, int from, int to) {
        int value = 0;
        for (int i = from; i < exponentEnd(bytes, from, to); i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                value = Math.min(300, value * 10 + bytes[i] - '0');
            }
        }
        return from < to && bytes[from] == '-' ? -value : value;
    }

    private static int exponentEnd(byte[] bytes, int from, int to) {
        int at = from < to && (bytes[from] == '-' || bytes[from] == '+') ? from + 1 : from;
        while (at < to && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        return at;
    }

    @Override
    public void flush(Batch batch) {
        if (sketch.count() > 0) {
            batch.enter("time");
            batch.hint(Action.SKETCH);
            batch.enter(name);
            batch.cell(sketch);
            batch.leave();
            batch.hint(Action.ADD);
            batch.leave();
            sketch = new Sketch();
        }
    }
}
