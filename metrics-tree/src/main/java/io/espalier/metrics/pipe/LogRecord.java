package io.espalier.metrics.pipe;

/** One line and where its fields are. Used again for the next line: a pipe keeps nothing of it. */
@SuppressWarnings("EnumOrdinal")
public final class LogRecord {
    byte[] line = {};
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
}
