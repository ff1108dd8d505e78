package io.espalier.metrics.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * A line of StatsD or DogStatsD. {@code name:1|c|@0.1}, {@code name:1:2|ms|#tag:v}, {@code name:1|c:2|ms},
 * {@code _e{5,4}:title|text}, {@code _sc|name|0}.
 */
public sealed interface Statsd {
    /** What the values of a metric mean. */
    enum Kind {
        COUNTER,
        GAUGE,
        /** A gauge that goes up or down by so much. */
        GAUGE_CHANGE,
        /** Timers, histograms and distributions. */
        TIMER,
        SET
    }

    /**
     * @param name    as sent, points and all
     * @param tags    {@code tag=value}, sorted, as Graphite has them
     * @param text    the value of a set; else empty
     * @param value   of all other kinds
     * @param rate    above 0 and at most 1: each value stands for {@code 1 / rate}
     * @param seconds since 1970, if the sender says so
     */
    record Metric(
            String name, List<String> tags, Kind kind, String text, double value, double rate, OptionalLong seconds)
            implements Statsd {
        public Metric {
            tags = List.copyOf(tags);
        }
    }

    /** @param alert {@code info}, {@code success}, {@code warning} or {@code error} */
    record Event(String title, String alert) implements Statsd {}

    /** @param status {@code ok}, {@code warning}, {@code critical} or {@code unknown} */
    record Check(String name, String status, String message) implements Statsd {}

    /** What a line holds: at least one. */
    static List<Statsd> read(byte[] bytes, int from, int to) throws BadWireException {
        return new Reader(new String(bytes, from, to - from, StandardCharsets.UTF_8)).line();
    }

    /** Over the text of one line. */
    final class Reader {
        private static final int MAX_VALUES = 1000;
        private static final int MAX_TAGS = 16;
        private static final List<String> STATUSES = List.of("ok", "warning", "critical", "unknown");
        private static final List<String> ALERTS = List.of("info", "success", "warning", "error");

        private final String line;
        private int at;

        private Reader(String line) {
            this.line = line;
        }

        private List<Statsd> line() throws BadWireException {
            if (line.startsWith("_e{")) {
                return List.of(event());
            }
            if (line.startsWith("_sc|")) {
                return List.of(check());
            }
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw bad("expected name:value|type");
            }
            String name = line.substring(0, colon);
            at = colon + 1;
            var metrics = new ArrayList<Statsd>();
            do {
                metrics(name, metrics);
            } while (at < line.length());
            return metrics;
        }

        /** Values and all that belongs to them; StatsD may have more values with types of their own behind a colon. */
        private void metrics(String name, List<Statsd> into) throws BadWireException {
            int valuesFrom = at;
            int bar = line.indexOf('|', at);
            if (bar < 0) {
                throw bad("no |type");
            }
            at = bar + 1;
            int typeFrom = at;
            int typeEnd = partEnd(true);
            Type type = type(line.substring(typeFrom, typeEnd), typeFrom);
            double rate = 1;
            var tags = new ArrayList<String>();
            OptionalLong seconds = OptionalLong.empty();
            while (at < line.length() && line.charAt(at) == '|') {
                at++;
                int from = at;
                char mark = at < line.length() ? line.charAt(at) : '\0';
                String part = line.substring(from, partEnd(mark == '@'));
                switch (mark) {
                    case '@' -> rate = rate(part.substring(1), from);
                    case '#' -> tags(part.substring(1), tags);
                    case 'T' -> seconds = OptionalLong.of(Math.max(0, (long) number(part.substring(1), from)));
                    default -> {
                        // Container ids, cardinality and what comes after them say nothing about the value.
                    }
                }
            }
            if (at < line.length()) {
                at++;
            }
            tags.sort(null);
            String[] values = line.substring(valuesFrom, bar).split(":", -1);
            if (values.length > MAX_VALUES) {
                throw bad(values.length + " values (at most " + MAX_VALUES + ")");
            }
            for (String value : values) {
                into.add(metric(name, tags, type, value, rate, seconds, valuesFrom));
            }
        }

        private int partEnd(boolean endsAtColon) {
            while (at < line.length() && line.charAt(at) != '|' && !(endsAtColon && line.charAt(at) == ':')) {
                at++;
            }
            return at;
        }

        private enum Type {
            COUNTER,
            GAUGE,
            TIMER,
            SET
        }

        private Type type(String word, int from) throws BadWireException {
            return switch (word) {
                case "c", "m" -> Type.COUNTER;
                case "g" -> Type.GAUGE;
                case "ms", "h", "d" -> Type.TIMER;
                case "s" -> Type.SET;
                default -> throw new BadWireException("no type '" + word + "' (c, g, ms, h, d, s)", from);
            };
        }

        private Metric metric(
                String name, List<String> tags, Type type, String value, double rate, OptionalLong seconds, int from)
                throws BadWireException {
            if (type == Type.SET) {
                return new Metric(name, tags, Kind.SET, value, 0, 1, seconds);
            }
            boolean isSigned = !value.isEmpty() && (value.charAt(0) == '+' || value.charAt(0) == '-');
            Kind kind = switch (type) {
                case COUNTER -> Kind.COUNTER;
                case GAUGE -> isSigned ? Kind.GAUGE_CHANGE : Kind.GAUGE;
                case TIMER, SET -> Kind.TIMER;
            };
            return new Metric(name, tags, kind, "", number(value, from), rate, seconds);
        }

        private double rate(String text, int from) throws BadWireException {
            double rate = number(text, from);
            if (rate <= 0 || rate > 1) {
                throw new BadWireException("a sample rate of " + rate + " (above 0, at most 1)", from);
            }
            return rate;
        }

        private void tags(String text, List<String> tags) throws BadWireException {
            for (String tag : text.split(",", -1)) {
                if (!tag.isEmpty()) {
                    int colon = tag.indexOf(':');
                    tags.add(colon < 0 ? tag : tag.substring(0, colon) + '=' + tag.substring(colon + 1));
                }
            }
            if (tags.size() > MAX_TAGS) {
                throw bad(tags.size() + " tags (at most " + MAX_TAGS + ")");
            }
        }

        private Event event() throws BadWireException {
            int comma = line.indexOf(',');
            int brace = line.indexOf("}:");
            if (comma < 0 || brace < comma) {
                throw bad("expected _e{N,N}:title|text");
            }
            double length = number(line.substring(3, comma), 3);
            int from = brace + 2;
            byte[] rest = line.substring(from).getBytes(StandardCharsets.UTF_8);
            if (length < 0 || length > rest.length) {
                throw bad("a title of " + (long) length + " bytes in " + rest.length);
            }
            String title = new String(rest, 0, (int) length, StandardCharsets.UTF_8);
            return new Event(title, ALERTS.contains(option("t:")) ? option("t:") : "info");
        }

        private Check check() throws BadWireException {
            String[] parts = line.split("\\|", 4);
            if (parts.length < 3 || parts[1].isEmpty()) {
                throw bad("expected _sc|name|status");
            }
            double status = number(parts[2], 0);
            if (status != Math.rint(status) || status < 0 || status > 3) {
                throw bad("a status of " + parts[2] + " (0 to 3)");
            }
            return new Check(parts[1], STATUSES.get((int) status), option("m:"));
        }

        private String option(String mark) {
            int from = line.lastIndexOf('|' + mark);
            if (from < 0) {
                return "";
            }
            int end = mark.equals("m:") ? line.length() : line.indexOf('|', from + 1);
            return line.substring(from + 1 + mark.length(), end < 0 ? line.length() : end)
                    .toLowerCase(Locale.ROOT);
        }

        private static double number(String text, int from) throws BadWireException {
            try {
                double value = text.isEmpty() || text.length() > 64 ? Double.NaN : Double.parseDouble(text);
                if (Double.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Said below, with the place.
            }
            throw new BadWireException("not a number", from);
        }

        private BadWireException bad(String what) {
            return new BadWireException(what, at);
        }
    }
}
