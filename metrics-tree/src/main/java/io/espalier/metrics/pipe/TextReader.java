package io.espalier.metrics.pipe;

import io.espalier.metrics.pipe.Dialects.Part;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A format compiled to steps over bytes: a literal to pass, or a field that goes on to the first byte of the
 * literal behind it. In double quotes, a backslash takes the next byte with it. No regex, nothing copied.
 */
@SuppressWarnings({"EnumOrdinal", "ArrayRecordComponent", "OperatorPrecedence"})
final class TextReader implements LineReader {
    private record Step(boolean hasSpaces, byte[] literal, Field field, char until, boolean isQuoted, boolean isList) {}

    private final Step[] steps;
    private final Set<Field> fields = EnumSet.noneOf(Field.class);

    TextReader(List<Part> parts) {
        var list = new ArrayList<Step>();
        String before = "";
        boolean hasSpaces = false;
        for (int i = 0; i < parts.size(); i++) {
            switch (parts.get(i)) {
                case Part.Spaces() -> hasSpaces = true;
                case Part.Literal(String literal) -> {
                    before = literal;
                    if (i == parts.size() - 1) {
                        list.add(step(false, literal, new Part.Value(Field.OTHER), '\0'));
                    }
                }
                case Part.Value value -> {
                    list.add(step(hasSpaces, before, value, until(parts, i)));
                    fields.add(value.field());
                    before = "";
                    hasSpaces = false;
                }
            }
        }
        steps = list.toArray(Step[]::new);
        if (fields.contains(Field.REQUEST)) {
            fields.addAll(Set.of(Field.METHOD, Field.URL));
        }
    }

    private static char until(List<Part> parts, int value) {
        if (value + 1 == parts.size()) {
            return '\0';
        }
        return switch (parts.get(value + 1)) {
            case Part.Literal(String next) -> next.charAt(0);
            case Part.Spaces() -> ' ';
            case Part.Value _ ->
                throw new IllegalArgumentException(
                        "two fields with nothing between them: where one ends cannot be told");
        };
    }

    private static Step step(boolean hasSpaces, String literal, Part.Value value, char until) {
        byte[] bytes = literal.getBytes(StandardCharsets.UTF_8);
        return new Step(hasSpaces, bytes, value.field(), until, until == '"', value.isList() && until == ' ');
    }

    @Override
    public Set<Field> fields() {
        return fields;
    }

    @Override
    public int read(byte[] bytes, int from, int to, LogRecord record) {
        int at = from;
        for (int s = 0; s < steps.length; s++) {
            Step step = steps[s];
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
            if (step.hasSpaces) {
                while (at < to && bytes[at] == ' ') {
                    at++;
                }
            }
            int start = at;
            at = step.until == '\0' ? to : end(bytes, at, to, step);
            if (at < 0) {
                // Servers cut very long lines: what is left of a quoted end still counts.
                if (!step.isQuoted || s + 2 < steps.length) {
                    return start - from;
                }
                at = to;
                s = steps.length;
            }
            record.set(step.field, bytes, start, at);
        }
        return -1;
    }

    private static int end(byte[] bytes, int from, int to, Step step) {
        byte until = (byte) step.until;
        if (step.isQuoted) {
            return Scan.findUnescaped(bytes, from, to, until);
        }
        int at = Scan.find(bytes, from, to, until);
        while (step.isList && at > from && (isJoint(bytes[at - 1]) || at + 1 < to && bytes[at + 1] == ':')) {
            at = Scan.find(bytes, at + 1, to, until);
        }
        return at;
    }

    /** nginx writes {@code 0.1, 0.2 : 0.3} for retries and redirects. */
    private static boolean isJoint(byte b) {
        return b == ',' || b == ':';
    }
}
