package io.espalier.metrics.pipe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a line is written, compiled to steps over bytes: a literal to pass, or a field that goes on to the first
 * byte of the literal behind it. In double quotes, a backslash takes the next byte with it. No regex, nothing
 * copied. Understands what is pasted from an nginx {@code log_format} or an Apache {@code LogFormat}, and names.
 */
@SuppressWarnings({"EnumOrdinal", "ArrayRecordComponent", "OperatorPrecedence"})
public final class LogFormat {
    private static final Map<String, String> NAMED = named();

    private record Step(byte[] literal, Field field, char until, boolean isQuoted) {}

    private final String name;
    private final List<Step> steps;
    private final Set<Field> fields = EnumSet.noneOf(Field.class);

    private LogFormat(String name, List<Step> steps) {
        this.name = name;
        this.steps = steps;
        steps.forEach(step -> fields.add(step.field));
        if (fields.contains(Field.REQUEST)) {
            fields.addAll(Set.of(Field.METHOD, Field.URL));
        }
    }

    private static Map<String, String> named() {
        var all = new LinkedHashMap<String, String>();
        all.put("combined", "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"");
        all.put("vcombined", "%v:%p %h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"");
        all.put("common", "%h %l %u %t \"%r\" %>s %b");
        all.put("vcommon", "%v:%p %h %l %u %t \"%r\" %>s %b");
        all.put(
                "nginx-timed",
                "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\""
                        + " \"$http_user_agent\" $request_time $upstream_response_time");
        return all;
    }

    /** The names that {@link #of} knows. */
    public static Set<String> names() {
        return NAMED.keySet();
    }

    /**
     * A named format, or the text of one.
     *
     * @throws IllegalArgumentException with what is wrong and where
     */
    public static LogFormat of(String text) {
        String known = NAMED.get(text.toLowerCase(Locale.ROOT));
        String format = unwrap(known == null ? text : known);
        if (format.length() > 4096) {
            throw new IllegalArgumentException("a log format of " + format.length() + " characters (at most 4096)");
        }
        var steps = format.contains("$") ? nginx(format) : apache(format);
        if (steps.stream().noneMatch(step -> step.field != Field.OTHER)) {
            throw new IllegalArgumentException("no field that is known in '" + text + "' (a name: "
                    + String.join(", ", NAMED.keySet()) + "; or an nginx log_format or Apache LogFormat)");
        }
        return new LogFormat(known == null ? format : text, steps);
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
            return trimmed.substring(from + 1, to).replace("\\\"", "\"");
        }
        return trimmed;
    }

    /** The first named format that fits at least half of these lines. */
    public static Optional<LogFormat> detect(List<byte[]> lines) {
        LogFormat best = null;
        int bestHits = 0;
        for (String name : List.of("nginx-timed", "vcombined", "combined", "vcommon", "common")) {
            LogFormat format = of(name);
            var record = new LogRecord();
            int hits = 0;
            for (byte[] line : lines) {
                hits += format.parse(line, 0, line.length, record) < 0 && record.number(Field.STATUS) >= 100 ? 1 : 0;
            }
            if (hits > bestHits) {
                bestHits = hits;
                best = format;
            }
        }
        return bestHits * 2 >= lines.size() ? Optional.ofNullable(best) : Optional.empty();
    }

    /** Why no named format fits the line. */
    static String why(byte[] line) {
        LogFormat nearest = null;
        int furthest = -1;
        var record = new LogRecord();
        for (String name : NAMED.keySet()) {
            LogFormat format = of(name);
            int column = format.parse(line, 0, line.length, record);
            if (column > furthest) {
                furthest = column;
                nearest = format;
            }
        }
        return "no access log format that is known fits" + (nearest == null ? "" : "; nearest is " + nearest + ", up to column " + (furthest + 1));
    }

    // --- Compiling ---

    private static List<Step> nginx(String format) {
        var parts = new ArrayList<Object>();
        var literal = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '$') {
                literal.append(c);
                continue;
            }
            boolean isBraced = i + 1 < format.length() && format.charAt(i + 1) == '{';
            int from = isBraced ? i + 2 : i + 1;
            int to = from;
            while (to < format.length() && (Character.isLetterOrDigit(format.charAt(to)) || format.charAt(to) == '_')) {
                to++;
            }
            if (to == from || isBraced && (to == format.length() || format.charAt(to) != '}')) {
                throw new IllegalArgumentException("no variable after $ at column " + (i + 1));
            }
            flush(parts, literal);
            parts.add(nginxField(format.substring(from, to)));
            i = isBraced ? to : to - 1;
        }
        flush(parts, literal);
        return steps(parts);
    }

    private static Field nginxField(String variable) {
        return switch (variable) {
            case "remote_addr", "http_x_forwarded_for", "realip_remote_addr" -> Field.HOST;
            case "remote_user" -> Field.USER;
            case "time_local", "time_iso8601", "msec" -> Field.TIME;
            case "request" -> Field.REQUEST;
            case "request_method" -> Field.METHOD;
            case "request_uri", "uri" -> Field.URL;
            case "status" -> Field.STATUS;
            case "body_bytes_sent", "bytes_sent" -> Field.BYTES;
            case "http_referer" -> Field.REFERRER;
            case "http_user_agent" -> Field.AGENT;
            case "request_time" -> Field.REQUEST_SECONDS;
            case "upstream_response_time" -> Field.UPSTREAM_SECONDS;
            case "host", "server_name", "http_host" -> Field.VHOST;
            default -> Field.OTHER;
        };
    }

    private static List<Step> apache(String format) {
        var parts = new ArrayList<Object>();
        var literal = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                literal.append(c);
                continue;
            }
            int at = i + 1;
            while (at < format.length() && "<>!,0123456789".indexOf(format.charAt(at)) >= 0) {
                at++;
            }
            String argument = "";
            if (at < format.length() && format.charAt(at) == '{') {
                int close = format.indexOf('}', at);
                if (close < 0) {
                    throw new IllegalArgumentException("a brace is not closed at column " + (at + 1));
                }
                argument = format.substring(at + 1, close);
                at = close + 1;
            }
            if (at >= format.length()) {
                throw new IllegalArgumentException("it ends after % at column " + (i + 1));
            }
            char directive = format.charAt(at);
            if (directive == '%') {
                literal.append('%');
            } else {
                boolean isTime = directive == 't' && argument.isEmpty();
                if (isTime) {
                    literal.append('[');
                }
                flush(parts, literal);
                parts.add(apacheField(directive, argument));
                if (isTime) {
                    literal.append(']');
                }
            }
            i = at;
        }
        flush(parts, literal);
        return steps(parts);
    }

    private static Field apacheField(char directive, String argument) {
        return switch (directive) {
            case 'h', 'a' -> Field.HOST;
            case 'u' -> Field.USER;
            case 't' -> Field.TIME;
            case 'r' -> Field.REQUEST;
            case 'm' -> Field.METHOD;
            case 'U' -> Field.URL;
            case 's' -> Field.STATUS;
            case 'b', 'B', 'O' -> Field.BYTES;
            case 'v', 'V' -> Field.VHOST;
            case 'D' -> Field.REQUEST_MICROS;
            case 'T' ->
                switch (argument) {
                    case "ms" -> Field.REQUEST_MILLIS;
                    case "us" -> Field.REQUEST_MICROS;
                    default -> Field.REQUEST_SECONDS;
                };
            case 'i' ->
                switch (argument.toLowerCase(Locale.ROOT)) {
                    case "referer" -> Field.REFERRER;
                    case "user-agent" -> Field.AGENT;
                    case "host" -> Field.VHOST;
                    default -> Field.OTHER;
                };
            default -> Field.OTHER;
        };
    }

    private static void flush(List<Object> parts, StringBuilder literal) {
        if (!literal.isEmpty()) {
            parts.add(literal.toString());
            literal.setLength(0);
        }
    }

    private static List<Step> steps(List<Object> parts) {
        var steps = new ArrayList<Step>();
        String before = "";
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i) instanceof String literal) {
                before = literal;
                if (i == parts.size() - 1) {
                    steps.add(new Step(literal.getBytes(StandardCharsets.UTF_8), Field.OTHER, '\0', false));
                }
                continue;
            }
            Field field = (Field) parts.get(i);
            char until = '\0';
            if (i + 1 < parts.size()) {
                if (!(parts.get(i + 1) instanceof String next)) {
                    throw new IllegalArgumentException(
                            "two fields with nothing between them: where one ends cannot be told");
                }
                until = next.charAt(0);
            }
            steps.add(new Step(before.getBytes(StandardCharsets.UTF_8), field, until, until == '"'));
            before = "";
        }
        return List.copyOf(steps);
    }

    // --- Reading ---

    public boolean has(Field field) {
        return fields.contains(field);
    }

    /**
     * Finds the fields of the line from {@code from} to {@code to}, both in {@code bytes}.
     *
     * @return -1 if all is well, else the column (from 0) where the line stops to fit
     */
    int parse(byte[] bytes, int from, int to, LogRecord record) {
        record.line = bytes;
        Arrays.fill(record.from, -1);
        int at = from;
        for (int s = 0; s < steps.size(); s++) {
            Step step = steps.get(s);
            byte[] literal = step.literal;
            if (to - at < literal.length) {
                return at - from;
            }
            for (byte b : literal) {
                if (bytes[at] != b) {
                    return at - from;
                }
                at++;
            }
            if (step.field == Field.OTHER && step.until == '\0') {
                continue;
            }
            int start = at;
            at = step.until == '\0' ? to : end(bytes, at, to, step);
            if (at < 0) {
                // Servers cut very long lines: what is left of a quoted end still counts.
                if (!step.isQuoted || s + 2 < steps.size()) {
                    return start - from;
                }
                at = to;
                s = steps.size();
            }
            if (at - start != 1 || bytes[start] != '-') {
                int i = step.field.ordinal();
                record.from[i] = start;
                record.to[i] = at;
                if (step.field == Field.REQUEST) {
                    request(bytes, start, at, record);
                }
            }
        }
        return -1;
    }

    private static int end(byte[] bytes, int from, int to, Step step) {
        byte until = (byte) step.until;
        if (!step.isQuoted) {
            for (int i = from; i < to; i++) {
                if (bytes[i] == until) {
                    return i;
                }
            }
            return -1;
        }
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (b == '"') {
                return i;
            }
            if (b == '\\') {
                i++;
            }
        }
        return -1;
    }

    private static void request(byte[] bytes, int from, int to, LogRecord record) {
        int space = from;
        while (space < to && bytes[space] != ' ') {
            space++;
        }
        int end = to;
        for (int i = to - 1; i > space; i--) {
            if (bytes[i] == ' ') {
                end = i;
                break;
            }
        }
        if (space == to) {
            return;
        }
        record.from[Field.METHOD.ordinal()] = from;
        record.to[Field.METHOD.ordinal()] = space;
        record.from[Field.URL.ordinal()] = space + 1;
        record.to[Field.URL.ordinal()] = Math.max(end, space + 1);
    }

    @Override
    public String toString() {
        return name;
    }
}
