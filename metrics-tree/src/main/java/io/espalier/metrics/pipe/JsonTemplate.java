package io.espalier.metrics.pipe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a line of JSON looks like: JSON of the same shape with a field of a format where the line has its value. A
 * value may also be a bare {@code $variable} or {@code %field}.
 */
final class JsonTemplate {
    /** What the template says of one place. */
    static final class Place {
        final List<byte[]> names = new ArrayList<>();
        final List<Place> children = new ArrayList<>();
        Optional<Place> element = Optional.empty();
        Optional<LineReader> value = Optional.empty();
        Field field = Field.OTHER;

        Optional<Place> child(byte[] bytes, int from, int to) {
            for (int i = 0; i < names.size(); i++) {
                byte[] name = names.get(i);
                if (name.length == to - from && Arrays.equals(name, 0, name.length, bytes, from, to)) {
                    return Optional.of(children.get(i));
                }
            }
            return Optional.empty();
        }
    }

    private final String text;
    private final Set<Field> fields = EnumSet.noneOf(Field.class);
    private final Place root;
    private int at;

    /** @throws IllegalArgumentException with what is wrong, and where */
    JsonTemplate(String text) {
        this.text = text;
        root = value(0);
        skip();
        if (at < text.length()) {
            throw bad("expected the end");
        }
        if (fields.contains(Field.REQUEST)) {
            fields.addAll(Set.of(Field.METHOD, Field.URL));
        }
    }

    Place root() {
        return root;
    }

    /** All that lines may have. */
    Set<Field> fields() {
        return fields;
    }

    private Place value(int depth) {
        skip();
        var place = new Place();
        char c = peek();
        if (depth == JsonReader.MAX_DEPTH) {
            throw bad("more than " + JsonReader.MAX_DEPTH + " levels");
        }
        if (c == '{') {
            members(place, depth);
        } else if (c == '[') {
            at++;
            place.element = Optional.of(value(depth + 1));
            skip();
            expect(']');
        } else {
            leaf(place, c == '"' ? string() : bare());
        }
        return place;
    }

    private void members(Place place, int depth) {
        at++;
        skip();
        while (peek() != '}') {
            byte[] name = string().getBytes(StandardCharsets.UTF_8);
            skip();
            expect(':');
            place.names.add(name);
            place.children.add(value(depth + 1));
            skip();
            if (peek() != '}') {
                expect(',');
                skip();
            }
        }
        at++;
    }

    private void leaf(Place place, String format) {
        if (format.isEmpty()) {
            return;
        }
        // A percent sign in a JSON template is GoAccess' way: Apache has no JSON.
        TextReader reader = new TextReader(format.contains("$") ? Dialects.nginx(format) : Dialects.goAccess(format));
        Set<Field> found = EnumSet.copyOf(reader.fields().isEmpty() ? Set.of(Field.OTHER) : reader.fields());
        found.removeAll(Set.of(Field.OTHER, Field.TIME));
        if (found.isEmpty()) {
            return;
        }
        fields.addAll(found);
        place.value = Optional.of(reader);
        if (isWhole(format)) {
            place.field = found.contains(Field.REQUEST)
                    ? Field.REQUEST
                    : found.iterator().next();
        }
    }

    /** One field and nothing else: no need to look for its end. */
    private static boolean isWhole(String format) {
        return format.startsWith("%")
                ? format.length() == 2
                : format.startsWith("$")
                        && format.chars().skip(1).allMatch(c -> c == '_' || Character.isLetterOrDigit(c));
    }

    private String string() {
        if (peek() != '"') {
            throw bad("expected a name or field in double quotes");
        }
        int close = text.indexOf('"', at + 1);
        if (close < 0) {
            throw bad("a quote is not closed");
        }
        String content = text.substring(at + 1, close);
        at = close + 1;
        return content;
    }

    private String bare() {
        int from = at;
        while (at < text.length() && ",}] \t\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (at == from) {
            throw bad("expected a field");
        }
        return text.substring(from, at);
    }

    private char peek() {
        if (at == text.length()) {
            throw bad("it ends too early");
        }
        return text.charAt(at);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw bad("expected '" + c + "'");
        }
        at++;
    }

    private void skip() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private IllegalArgumentException bad(String what) {
        return new IllegalArgumentException("template: " + what + " at column " + (at + 1));
    }
}
