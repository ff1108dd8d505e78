package io.espalier.agent;

import io.espalier.agent.apply.Holding;
import java.util.Optional;

/** Writes one JSON value (RFC 8259) on one line. */
final class Json {

    private final StringBuilder out = new StringBuilder();
    private boolean needsComma;

    Json open() {
        return begin('{');
    }

    Json close() {
        return end('}');
    }

    Json openList() {
        return begin('[');
    }

    Json closeList() {
        return end(']');
    }

    Json name(String name) {
        string(name);
        out.append(':');
        needsComma = false;
        return this;
    }

    Json text(String value) {
        string(value);
        return this;
    }

    Json text(Optional<String> value) {
        return value.isPresent() ? text(value.get()) : none();
    }

    Json number(long value) {
        return raw(Long.toString(value));
    }

    Json flag(boolean value) {
        return raw(Boolean.toString(value));
    }

    Json none() {
        return raw("null");
    }

    Json held(Optional<Holding.Held> held) {
        return held.isEmpty()
                ? none()
                : open().name("id")
                        .text(held.get().id().digest().hex())
                        .name("number")
                        .number(held.get().number())
                        .close();
    }

    /** Without what a terminal would obey. */
    static String printable(String text) {
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
