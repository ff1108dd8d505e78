package io.espalier.metrics.pipe;

import java.util.Arrays;

/** One line and where its fields are. Used again for the next line: a pipe keeps nothing of it. */
@SuppressWarnings({"EnumOrdinal", "OperatorPrecedence"})
public final class LogRecord {
    byte[] line = {};
    /** A copy of the line with escapes undone, when it has some. */
    byte[] copy = {};

    final int[] from = new int[Field.COUNT];
    final int[] to = new int[Field.COUNT];

    public byte[] bytes() {
        return line;
    }

    /** Where the field starts; -1 if the line has none, or only a dash. */
    public int from(Field field) {
        return from[field.ordinal()];
    }

    /** Exclusive. */
    public int to(Field field) {
        return to[field.ordinal()];
    }

    public boolean has(Field field) {
        return from[field.ordinal()] >= 0;
    }

    /** A whole number without sign; -1 if there is none. */
    public long number(Field field) {
        int at = from(field);
        int end = to(field);
        if (at < 0 || at == end || end - at > 18) {
            return -1;
        }
        long value = 0;
        for (; at < end; at++) {
            int digit = line[at] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }

    /** The line is now in {@code bytes}, {@code by} further on. */
    void moved(int by, byte[] bytes) {
        line = bytes;
        for (int i = 0; i < from.length; i++) {
            if (from[i] >= 0) {
                from[i] += by;
                to[i] += by;
            }
        }
    }

    /** How many fields were found that say something. */
    int known() {
        int count = 0;
        for (int i = 0; i < Field.OTHER.ordinal(); i++) {
            count += from[i] >= 0 ? 1 : 0;
        }
        return count;
    }

    void clear(byte[] bytes) {
        line = bytes;
        Arrays.fill(from, -1);
    }

    /** The field stands from {@code start} to {@code end}; the first time counts, and a dash stands for nothing. */
    void set(Field field, byte[] bytes, int start, int end) {
        int i = field.ordinal();
        if (from[i] >= 0 || end - start == 1 && bytes[start] == '-') {
            return;
        }
        from[i] = start;
        to[i] = end;
        if (field == Field.REQUEST) {
            request(bytes, start, end);
        }
    }

    private void request(byte[] bytes, int start, int stop) {
        int space = start;
        while (space < stop && bytes[space] != ' ') {
            space++;
        }
        int end = stop;
        for (int i = stop - 1; i > space; i--) {
            if (bytes[i] == ' ') {
                end = i;
                break;
            }
        }
        if (space == stop) {
            return;
        }
        from[Field.METHOD.ordinal()] = start;
        to[Field.METHOD.ordinal()] = space;
        from[Field.URL.ordinal()] = space + 1;
        to[Field.URL.ordinal()] = Math.max(end, space + 1);
    }
}
