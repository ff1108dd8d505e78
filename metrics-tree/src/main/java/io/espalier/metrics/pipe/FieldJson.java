package io.espalier.metrics.pipe;

import io.espalier.metrics.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/** A line's fields as a JSON object, for programs: {@code {"method":"GET","url":"/a","status":404}}. */
final class FieldJson {
    /** All names, in the order in which they are written. */
    static final Set<String> NAMES = Set.of(
            "host",
            "user",
            "time",
            "method",
            "url",
            "status",
            "bytes",
            "referrer",
            "agent",
            "vhost",
            "request_ms",
            "upstream_ms");

    private static final int MAX_TEXT = 4096;

    private FieldJson() {}

    /** @param wanted names; empty: all */
    static String of(LogRecord line, Set<String> wanted) {
        var json = new JsonText().open('{');
        text(json, line, Field.HOST, "host", wanted);
        text(json, line, Field.USER, "user", wanted);
        text(json, line, Field.TIME, "time", wanted);
        text(json, line, Field.METHOD, "method", wanted);
        text(json, line, Field.URL, "url", wanted);
        number(json, line, Field.STATUS, "status", wanted);
        number(json, line, Field.BYTES, "bytes", wanted);
        text(json, line, Field.REFERRER, "referrer", wanted);
        text(json, line, Field.AGENT, "agent", wanted);
        text(json, line, Field.VHOST, "vhost", wanted);
        time(json, "request_ms", TimePipe.requestMillis(line), wanted);
        time(json, "upstream_ms", TimePipe.upstreamMillis(line), wanted);
        return json.close('}').toString();
    }

    private static boolean isWanted(String name, Set<String> wanted) {
        return wanted.isEmpty() || wanted.contains(name);
    }

    private static void text(JsonText json, LogRecord line, Field field, String name, Set<String> wanted) {
        if (line.has(field) && isWanted(name, wanted)) {
            int length = Math.min(MAX_TEXT, line.to(field) - line.from(field));
            json.name(name).text(new String(line.bytes(), line.from(field), length, StandardCharsets.UTF_8));
        }
    }

    private static void number(JsonText json, LogRecord line, Field field, String name, Set<String> wanted) {
        long value = line.number(field);
        if (value >= 0 && isWanted(name, wanted)) {
            json.name(name).number(value);
        }
    }

    private static void time(JsonText json, String name, Optional<Double> millis, Set<String> wanted) {
        if (millis.isPresent() && isWanted(name, wanted)) {
            json.name(name).number(millis.get());
        }
    }
}
