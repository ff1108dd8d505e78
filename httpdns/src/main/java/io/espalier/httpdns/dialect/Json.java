package io.espalier.httpdns.dialect;

import org.jspecify.annotations.Nullable;

/** Writes JSON. Minds the commas. */
public final class Json {
    private final StringBuilder out = new StringBuilder(256);
    private boolean isFirst = true;

    public Json open(char bracket) {
        comma();
        out.append(bracket);
        isFirst = true;
        return this;
    }

    public Json close(char bracket) {
        out.append(bracket);
        isFirst = false;
        return this;
    }

    /** @param name needs no escaping */
    public Json name(String name) {
        comma();
        out.append('"').append(name).append("\":");
        isFirst = true;
        return this;
    }

    public Json text(@Nullable String text) {
        comma();
        if (text == null) {
            out.append("null");
        } else {
            quote(text);
        }
        return this;
    }

    public Json number(long value) {
        comma();
        out.append(value);
        return this;
    }

    /** Three digits after the point. */
    public Json decimal(double value) {
        comma();
        out.append(Math.round(value * 1000) / 1000.0);
        return this;
    }

    public Json bool(boolean value) {
        comma();
        out.append(value);
        return this;
    }

    /** JSON that is ready. */
    public Json raw(CharSequence json) {
        comma();
        out.append(json);
        return this;
    }

    private void comma() {
        if (!isFirst) {
            out.append(',');
        }
        isFirst = false;
    }

    private void quote(String text) {
        out.append('"');
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == '<' || c == 0x7f || Character.isSurrogate(c) || c == 0x2028 || c == 0x2029) {
                out.append("\\u");
                for (var shift = 12; shift >= 0; shift -= 4) {
                    out.append(Character.forDigit(c >> shift & 15, 16));
                }
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    public StringBuilder builder() {
        return out;
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
