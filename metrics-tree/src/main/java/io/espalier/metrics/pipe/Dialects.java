package io.espalier.metrics.pipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The three ways in which people write log formats, as parts: literals and values. */
@SuppressWarnings("OperatorPrecedence")
final class Dialects {
    private Dialects() {}

    /** A piece of a format. */
    sealed interface Part {
        record Literal(String text) implements Part {}

        /** @param isList that it may hold {@code a, b : c}, spaces and all */
        record Value(Field field, boolean isList) implements Part {
            Value(Field field) {
                this(field, false);
            }
        }

        /** Any number of spaces. */
        record Spaces() implements Part {}
    }

    /**
     * @throws IllegalArgumentException with what is wrong and where
     */
    static List<Part> parts(String format) {
        if (format.contains("$")) {
            return split(nginx(format));
        }
        return isGoAccess(format) ? goAccess(format) : split(apache(format));
    }

    /** A request that is not in quotes is three words: {@code GET /path HTTP/1.1}. */
    private static List<Part> split(List<Part> parts) {
        var split = new ArrayList<Part>();
        for (int i = 0; i < parts.size(); i++) {
            boolean isBare = parts.get(i).equals(new Part.Value(Field.REQUEST))
                    && i + 1 < parts.size()
                    && parts.get(i + 1) instanceof Part.Literal(String next)
                    && next.startsWith(" ");
            if (isBare) {
                split.addAll(List.of(
                        new Part.Value(Field.METHOD),
                        new Part.Literal(" "),
                        new Part.Value(Field.URL),
                        new Part.Literal(" "),
                        new Part.Value(Field.OTHER)));
            } else {
                split.add(parts.get(i));
            }
        }
        return split;
    }

    /** GoAccess and Apache share most letters; these are in no Apache format. */
    private static boolean isGoAccess(String format) {
        for (String sign : new String[] {"%^", "%~", "%d", "%x", "~h{"}) {
            if (format.contains(sign)) {
                return true;
            }
        }
        return false;
    }

    static List<Part> goAccess(String format) {
        var parts = new ArrayList<Part>();
        var literal = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c == '\\' && i + 1 < format.length() && (format.charAt(i + 1) == 't' || format.charAt(i + 1) == '\\')) {
                literal.append(format.charAt(++i) == 't' ? '\t' : '\\');
            } else if (c == '~' && format.startsWith("~h{", i)) {
                flush(parts, literal);
                parts.add(new Part.Value(Field.HOST));
                i = close(format, i);
            } else if (c != '%') {
                literal.append(c);
            } else if (i + 1 == format.length()) {
                throw new IllegalArgumentException("it ends after % at column " + (i + 1));
            } else {
                char letter = format.charAt(++i);
                if (letter == '%') {
                    literal.append('%');
                    continue;
                }
                flush(parts, literal);
                parts.add(letter == '~' ? new Part.Spaces() : new Part.Value(goAccessField(letter, i)));
            }
        }
        flush(parts, literal);
        return parts;
    }

    private static int close(String format, int from) {
        int close = format.indexOf('}', from);
        if (close < 0) {
            throw new IllegalArgumentException("a brace is not closed at column " + (from + 3));
        }
        return close;
    }

    static Field goAccessField(char letter, int at) {
        return switch (letter) {
            case 'h' -> Field.HOST;
            case 'e' -> Field.USER;
            case 'x', 'd', 't' -> Field.TIME;
            case 'r' -> Field.REQUEST;
            case 'm' -> Field.METHOD;
            case 'U' -> Field.URL;
            case 's' -> Field.STATUS;
            case 'b' -> Field.BYTES;
            case 'R' -> Field.REFERRER;
            case 'u' -> Field.AGENT;
            case 'T' -> Field.REQUEST_SECONDS;
            case 'L' -> Field.REQUEST_MILLIS;
            case 'D' -> Field.REQUEST_MICROS;
            case 'n' -> Field.REQUEST_NANOS;
            case 'v' -> Field.VHOST;
            case '^', 'q', 'H', 'C', 'k', 'K', 'M' -> Field.OTHER;
            default -> throw new IllegalArgumentException("no such field: %" + letter + " at column " + at);
        };
    }

    static List<Part> nginx(String format) {
        var parts = new ArrayList<Part>();
        var literal = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c == '\\' && i + 1 < format.length() && format.charAt(i + 1) == 't') {
                literal.append('\t');
                i++;
                continue;
            }
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
            String variable = format.substring(from, to);
            parts.add(new Part.Value(nginxField(variable), variable.startsWith("upstream_")));
            i = isBraced ? to : to - 1;
        }
        flush(parts, literal);
        return parts;
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

    static List<Part> apache(String format) {
        var parts = new ArrayList<Part>();
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
                parts.add(new Part.Value(apacheField(directive, argument)));
                if (isTime) {
                    literal.append(']');
                }
            }
            i = at;
        }
        flush(parts, literal);
        return parts;
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

    private static void flush(List<Part> parts, StringBuilder literal) {
        if (!literal.isEmpty()) {
            parts.add(new Part.Literal(literal.toString()));
            literal.setLength(0);
        }
    }
}
