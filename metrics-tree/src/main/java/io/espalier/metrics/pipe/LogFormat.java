package io.espalier.metrics.pipe;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How a line is written. Understands what is pasted from an nginx {@code log_format}, an Apache
 * {@code LogFormat} or a GoAccess {@code log-format}, JSON templates, the {@code #Fields:} of W3C logs, and names.
 */
@SuppressWarnings("OperatorPrecedence")
public final class LogFormat {
    private static final int MAX = 4096;
    private static final List<LogFormat> NAMED =
            NamedFormats.ALL.keySet().stream().map(LogFormat::of).toList();

    private final String name;
    private final LineReader reader;

    private LogFormat(String name, LineReader reader) {
        this.name = name;
        this.reader = reader;
    }

    /** The names that {@link #of} knows. */
    public static Set<String> names() {
        return NamedFormats.ALL.keySet();
    }

    /**
     * A named format, or the text of one.
     *
     * @throws IllegalArgumentException with what is wrong and where
     */
    public static LogFormat of(String text) {
        String low = text.strip().toLowerCase(Locale.ROOT);
        String known = NamedFormats.ALL.get(low);
        String format = known == null ? unwrap(text) : known;
        if (format.length() > MAX) {
            throw new IllegalArgumentException(
                    "a log format of " + format.length() + " characters (at most " + MAX + ")");
        }
        boolean isJson = format.startsWith("{") && format.endsWith("}") && format.contains(":");
        LineReader reader = isJson ? new JsonReader(format) : new TextReader(Dialects.parts(format));
        if (reader.fields().stream().allMatch(field -> field == Field.OTHER)) {
            throw new IllegalArgumentException("no field that is known in '" + text + "' (a name: "
                    + String.join(", ", names()) + "; or an nginx log_format, Apache LogFormat, GoAccess log-format"
                    + " or JSON template)");
        }
        return new LogFormat(known == null ? format : low, reader);
    }

    /** {@code log_format name '...' '...';} and {@code LogFormat "..." name} down to what is between the quotes. */
    private static String unwrap(String text) {
        String trimmed = text.strip();
        if (trimmed.startsWith("log_format ")) {
            var joined = new StringBuilder();
            int at = trimmed.indexOf('\'');
            while (at >= 0) {
                int end = trimmed.indexOf('\'', at + 1);
                if (end < 0) {
                    throw new IllegalArgumentException("log_format: a quote is not closed at column " + (at + 1));
                }
                joined.append(trimmed, at + 1, end);
                at = trimmed.indexOf('\'', end + 1);
            }
            return joined.toString();
        }
        if (trimmed.startsWith("LogFormat ")) {
            int from = trimmed.indexOf('"');
            int to = trimmed.lastIndexOf('"');
            if (from < 0 || from == to) {
                throw new IllegalArgumentException("LogFormat: no format in double quotes");
            }
            return trimmed.substring(from + 1, to).replace("\\\"", "\"").replace("\\t", "\t");
        }
        return trimmed.startsWith("log-format ")
                ? trimmed.substring("log-format ".length()).strip()
                : trimmed;
    }

    // --- W3C: the log itself says what its columns are ---

    /** The format that a {@code #Fields: date time c-ip ...} line announces; empty if it announces nothing known. */
    static Optional<LogFormat> w3c(byte[] bytes, int from, int to) {
        String[] columns = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1)
                .strip()
                .split("\\s+");
        if (to - from > MAX || columns.length < 2) {
            return Optional.empty();
        }
        // Amazon's are W3C too, but for the tabs.
        String between = List.of(columns).contains("x-edge-location") ? "\\t" : " ";
        var format = new StringBuilder();
        for (int i = 1; i < columns.length; i++) {
            format.append(i == 1 ? "" : between).append('%').append(w3cField(columns[i]));
        }
        LineReader reader = new TextReader(Dialects.goAccess(format.toString()));
        return reader.fields().contains(Field.STATUS) ? Optional.of(new LogFormat("w3c", reader)) : Optional.empty();
    }

    private static char w3cField(String column) {
        return switch (column) {
            case "c-ip" -> 'h';
            case "cs-username" -> 'e';
            case "cs-method" -> 'm';
            case "cs-uri-stem" -> 'U';
            case "sc-status" -> 's';
            case "sc-bytes" -> 'b';
            case "cs(Referer)" -> 'R';
            case "cs(User-Agent)" -> 'u';
            case "time-taken" -> 'L';
            case "cs-host", "cs(Host)" -> 'v';
            default -> '^';
        };
    }

    // --- Finding out ---

    /** The named format that fits most of these lines, if it fits at least half of them. */
    public static Optional<LogFormat> detect(List<byte[]> lines) {
        LogFormat best = null;
        int bestHits = 0;
        long bestFields = 0;
        var record = new LogRecord();
        for (LogFormat format : NAMED) {
            int hits = 0;
            long fields = 0;
            for (byte[] line : lines) {
                if (format.parse(line, 0, line.length, record) < 0 && isPlausible(record)) {
                    hits++;
                    fields += record.known();
                }
            }
            if (hits > bestHits || hits == bestHits && fields > bestFields) {
                bestHits = hits;
                bestFields = fields;
                best = format;
            }
        }
        return bestHits * 2 >= lines.size() ? Optional.ofNullable(best) : Optional.empty();
    }

    private static boolean isPlausible(LogRecord record) {
        long status = record.number(Field.STATUS);
        return status >= 100
                && status < 600
                && (!record.has(Field.BYTES) || record.number(Field.BYTES) >= 0)
                && (!record.has(Field.METHOD) || isWord(record, Field.METHOD))
                && isTime(record, Field.REQUEST_SECONDS)
                && isTime(record, Field.UPSTREAM_SECONDS);
    }

    private static boolean isTime(LogRecord record, Field field) {
        for (int i = record.from(field); i >= 0 && i < record.to(field); i++) {
            if ("0123456789.,:-+e ".indexOf(record.bytes()[i]) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWord(LogRecord record, Field field) {
        for (int i = record.from(field); i < record.to(field); i++) {
            if (!Character.isLetter(record.bytes()[i]) && record.bytes()[i] != '-' && record.bytes()[i] != '_') {
                return false;
            }
        }
        return true;
    }

    /** Why no named format fits the line: the one that comes furthest, and its column (from 0). */
    static Misfit why(byte[] line) {
        LogFormat nearest = NAMED.getFirst();
        int furthest = -1;
        var record = new LogRecord();
        for (LogFormat format : NAMED) {
            int column = format.parse(line, 0, line.length, record);
            if (column < 0 && record.has(Field.STATUS)) {
                column = record.from(Field.STATUS);
            }
            if (column > furthest) {
                furthest = column;
                nearest = format;
            }
        }
        return new Misfit(
                "no known access log format fits; the nearest is " + nearest + ", up to here", Math.max(0, furthest));
    }

    record Misfit(String reason, int column) {}

    // --- Reading ---

    public boolean has(Field field) {
        return reader.fields().contains(field);
    }

    /** Whether lines are JSON objects. */
    public boolean isJson() {
        return reader instanceof JsonReader;
    }

    /**
     * Finds the fields of the line from {@code from} to {@code to}, both in {@code bytes}.
     *
     * @return -1 if all is well, else the column (from 0) where the line stops to fit
     */
    int parse(byte[] bytes, int from, int to, LogRecord record) {
        record.clear(bytes);
        return reader.read(bytes, from, to, record);
    }

    @Override
    public String toString() {
        return name;
    }
}
