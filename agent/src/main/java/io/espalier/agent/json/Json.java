package io.espalier.agent.json;

import java.util.Optional;

/** Writes one JSON value (RFC 8259) on one line. */
public final class Json {

    private final StringBuilder out = new StringBuilder();
    private boolean needsComma;

    public Json open() {
        return begin('{');
    }

    public Json close() {
        return end('}');
    }

    public Json openList() {
        return begin('[');
    }

    public Json closeList() {
        return end(']');
    }

    public Json name(String name) {
        string(name);
        out.append(':');
        needsComma = false;
        return this;
    }

    public Json text(String value) {
        string(value);
        return this;
    }

    public Json text(Optional<String> value) {
        return value.isPresent() ? text(value.get()) : none();
    }

    public Json number(long value) {
        return raw(Long.toString(value));
    }

    public Json flag(boolean value) {
        return raw(Boolean.toString(value));
    }

    public Json none() {
        return raw("null");
    }

    /** With at most two digits behind the point; not-a-number and infinity as null. */
    public Json decimal(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return none();
        }
        double rounded = Math.rint(value * 100) / 100;
        return raw(rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded));
    }

    /** Without what a terminal would obey. */
    public static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "?");
    }

    private Json begin(char bracket) {
        comma();
        out.append(bracket);
        needsComma = false;
        return this;
    }

    private Json end(char bracket) {
        out.append(bracket);
        needsComma = true;
        return this;
    }

    private Json raw(String value) {
        comma();
        out.append(value);
        needsComma = true;
        return this;
    }

    private void string(String value) {
        comma();
        out.append('"');
        value.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c < 0x20) {
                out.append(String.format(java.util.Locale.ROOT, "\\u%04x", c));
            } else {
                out.append((char) c);
            }
        });
        out.append('"');
        needsComma = true;
    }

    private void comma() {
        if (needsComma) {
            out.append(',');
        }
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
