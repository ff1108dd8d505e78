package io.espalier.metrics.trend;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesOut;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The newest block of a tier, in memory, one compressed column a series and number. Not thread-safe. */
final class Head {
    final long from;
    final int step;
    final int columns;
    private final Map<String, Column> byKey = new LinkedHashMap<>();
    private final List<Column> all = new ArrayList<>();
    private int slots;
    private long bytes;

    /** One series. */
    static final class Column {
        final String key;
        final int id;
        final Codes[] codes;
        final long[] before;
        int slots;

        Column(String key, int id, int columns) {
            this.key = key;
            this.id = id;
            codes = new Codes[columns];
            Arrays.setAll(codes, _ -> new Codes());
            before = new long[columns];
        }
    }

    Head(long from, int step, int columns) {
        this.from = from;
        this.step = step;
        this.columns = columns;
    }

    int slots() {
        return slots;
    }

    long bytes() {
        return bytes;
    }

    /** In the order in which they came. */
    List<Column> all() {
        return all;
    }

    @Nullable
    Column find(String key) {
        return byKey.get(key);
    }

    Column make(String key) {
        var column = new Column(key, all.size(), columns);
        byKey.put(key, column);
        all.add(column);
        bytes += 100L + key.length() + 40L * columns;
        return column;
    }

    /** Numbers of one series at the slot that {@link #fill} ends. */
    void put(Column column, int slot, int c, long bits) {
        Codes codes = column.codes[c];
        int size = codes.size();
        if (column.slots < slot) {
            codes.gap(slot - column.slots);
        }
        codes.value(bits, column.before[c]);
        column.before[c] = bits;
        bytes += codes.size() - size;
        if (c == columns - 1) {
            column.slots = slot + 1;
        }
    }

    void fill(int slot) {
        slots = slot + 1;
    }

    /** Gives each point of a series to {@code series}. */
    void read(String key, Points points) throws BadBytesException {
        Column column = byKey.get(key);
        if (column != null) {
            var readers = new Codes.Reader[columns];
            Arrays.setAll(readers, i -> column.codes[i].reader());
            read(readers, from, step, points);
        }
    }

    static void read(Codes.Reader[] readers, long from, int step, Points points) throws BadBytesException {
        long[] before = new long[readers.length];
        for (int slot = 0; readers[0].hasNext(); slot++) {
            boolean isThere = true;
            for (int c = 0; c < readers.length; c++) {
                isThere &= readers[c].next();
                if (isThere) {
                    before[c] = readers[c].bits(before[c]);
                }
            }
            if (isThere) {
                long time = from + (long) slot * step;
                double first = Double.longBitsToDouble(before[0]);
                if (readers.length == 1) {
                    points.add(time, first, 1, first, first);
                } else {
                    points.add(
                            time,
                            first,
                            (long) Double.longBitsToDouble(before[1]),
                            Double.longBitsToDouble(before[2]),
                            Double.longBitsToDouble(before[3]));
                }
            }
        }
    }

    /** For a segment: all columns of one series. */
    static void write(Column column, BytesOut out) {
        for (Codes codes : column.codes) {
            codes.write(out);
        }
    }
}
