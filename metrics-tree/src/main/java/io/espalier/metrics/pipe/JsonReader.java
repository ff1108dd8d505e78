package io.espalier.metrics.pipe;

import io.espalier.metrics.pipe.JsonTemplate.Place;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * Lines that are JSON objects, after a template: JSON of the same shape with a field of a format
 * ({@code "%s"}, {@code "$status"}, {@code "%h:%^"}) where the line has its value. Names in any order; what the
 * template does not name is passed over without a copy. Of an array the first element counts.
 */
final class JsonReader implements LineReader {
    static final int MAX_DEPTH = 32;

    private final Place root;
    private final Set<Field> fields;

    /** @throws IllegalArgumentException with what is wrong with the template, and where */
    JsonReader(String template) {
        var read = new JsonTemplate(template);
        root = read.root();
        fields = read.fields();
    }

    @Override
    public Set<Field> fields() {
        return fields;
    }

    @Override
    public int read(byte[] bytes, int from, int to, LogRecord record) {
        var cursor = new Cursor(bytes, from, to, record);
        return cursor.line(root) ? -1 : cursor.column();
    }

    /** Reads a line. A method answers false where the line is no JSON; {@code at} is there then. */
    private static final class Cursor {
        private byte[] in;
        private int at;
        private int end;
        private int start;
        private final LogRecord record;
        private boolean isCopy;
        private int valueFrom;
        private int valueTo;

        Cursor(byte[] in, int from, int to, LogRecord record) {
            this.in = in;
            at = from;
            start = from;
            end = to;
            this.record = record;
        }

        int column() {
            return at - start;
        }

        boolean line(Place root) {
            skip();
            if (at == end || in[at] != '{' || !object(Optional.of(root), 0)) {
                return false;
            }
            skip();
            return at == end;
        }

        private boolean object(Optional<Place> place, int depth) {
            if (depth == MAX_DEPTH) {
                return false;
            }
            at++;
            skip();
            if (take('}')) {
                return true;
            }
            while (true) {
                if (at == end || in[at] != '"' || !string(false)) {
                    return false;
                }
                Optional<Place> child = place.isEmpty() ? place : place.get().child(in, valueFrom, valueTo);
                skip();
                if (!take(':')) {
                    return false;
                }
                skip();
                if (!value(child, depth + 1)) {
                    return false;
                }
                skip();
                if (take('}')) {
                    return true;
                }
                if (!take(',')) {
                    return false;
                }
                skip();
            }
        }

        private boolean array(Optional<Place> place, int depth) {
            if (depth == MAX_DEPTH) {
                return false;
            }
            at++;
            skip();
            if (take(']')) {
                return true;
            }
            Optional<Place> child = place.isEmpty() ? place : place.get().element;
            while (true) {
                if (!value(child, depth + 1)) {
                    return false;
                }
                child = Optional.empty();
                skip();
                if (take(']')) {
                    return true;
                }
                if (!take(',')) {
                    return false;
                }
                skip();
            }
        }

        private boolean value(Optional<Place> place, int depth) {
            if (at == end) {
                return false;
            }
            boolean isWanted = place.isPresent() && place.get().value.isPresent();
            switch (in[at]) {
                case '{' -> {
                    return object(place, depth);
                }
                case '[' -> {
                    return array(place, depth);
                }
                case '"' -> {
                    if (!string(isWanted)) {
                        return false;
                    }
                }
                default -> {
                    valueFrom = at;
                    while (at < end && isWord(in[at])) {
                        at++;
                    }
                    valueTo = at;
                    if (at == valueFrom) {
                        return false;
                    }
                    isWanted &= in[valueFrom] != 'n';
                }
            }
            if (isWanted && valueTo > valueFrom) {
                Place wanted = place.orElseThrow();
                if (wanted.field == Field.OTHER) {
                    // What does not fit the template's text is as good as absent.
                    wanted.value.orElseThrow().read(in, valueFrom, valueTo, record);
                } else {
                    record.set(wanted.field, in, valueFrom, valueTo);
                }
            }
            return true;
        }

        private static boolean isWord(byte b) {
            return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || b == '-' || b == '.' || b == '+' || b == 'E';
        }

        /** Its content is {@code valueFrom} to {@code valueTo}, with escapes undone if {@code isWanted}. */
        private boolean string(boolean isWanted) {
            at++;
            int from = at;
            boolean hasEscape = false;
            while (at < end && in[at] != '"') {
                if (in[at] == '\\') {
                    hasEscape = true;
                    at++;
                }
                at++;
            }
            if (at >= end) {
                at = end;
                return false;
            }
            valueFrom = from;
            valueTo = at;
            at++;
            if (hasEscape && isWanted) {
                copy();
                valueTo = unescape(valueFrom, valueTo);
            }
            return true;
        }

        /** From here on works on a copy: what comes in is not ours to change. */
        private void copy() {
            if (!isCopy) {
                isCopy = true;
                int length = end - start;
                if (record.copy.length < length) {
                    record.copy = new byte[length * 2];
                }
                System.arraycopy(in, start, record.copy, 0, length);
                record.moved(-start, record.copy);
                in = record.copy;
                at -= start;
                valueFrom -= start;
                valueTo -= start;
                end -= start;
                start = 0;
            }
        }

        private int unescape(int from, int to) {
            int out = from;
            int i = from;
            while (i < to) {
                byte b = in[i++];
                if (b != '\\') {
                    in[out++] = b;
                    continue;
                }
                byte escaped = in[i++];
                switch (escaped) {
                    case 'n' -> in[out++] = '\n';
                    case 't' -> in[out++] = '\t';
                    case 'r' -> in[out++] = '\r';
                    case 'b', 'f' -> in[out++] = ' ';
                    case 'u' -> {
                        int unit = hex(i, to);
                        i = Math.min(to, i + 4);
                        boolean isPair = i + 1 < to && in[i] == '\\' && in[i + 1] == 'u';
                        int low = isPair ? hex(i + 2, to) : 0;
                        if (Character.isHighSurrogate((char) unit) && Character.isLowSurrogate((char) low)) {
                            unit = Character.toCodePoint((char) unit, (char) low);
                            i = Math.min(to, i + 6);
                        }
                        byte[] utf8 = Character.toString(unit).getBytes(StandardCharsets.UTF_8);
                        System.arraycopy(utf8, 0, in, out, utf8.length);
                        out += utf8.length;
                    }
                    default -> in[out++] = escaped;
                }
            }
            return out;
        }

        /** A question mark for what is no four hex digits. */
        private int hex(int from, int to) {
            int value = 0;
            for (int i = from; i < from + 4; i++) {
                int digit = i < to ? Character.digit(in[i], 16) : -1;
                if (digit < 0) {
                    return '?';
                }
                value = value << 4 | digit;
            }
            return value;
        }

        private void skip() {
            while (at < end && (in[at] == ' ' || in[at] == '\t' || in[at] == '\r')) {
                at++;
            }
        }

        private boolean take(char c) {
            if (at < end && in[at] == c) {
                at++;
                return true;
            }
            return false;
        }
    }
}
