package io.espalier.metrics.json;

/** Writes JSON. Whoever calls it minds the commas between members with {@link #comma}. */
public final class JsonText {
    private final StringBuilder out = new StringBuilder();
    private boolean isFirst = true;

    public JsonText open(char bracket) {
        comma();
        out.append(bracket);
        isFirst = true;
        return this;
    }

    public JsonText close(char bracket) {
        out.append(bracket);
        isFirst = false;
        return this;
    }

    private void comma() {
        if (!isFirst) {
            out.append(',');
        }
        isFirst = false;
    }

    public JsonText name(String name) {
        comma();
        quote(name);
        out.append(':');
        isFirst = true;
        return this;
    }

    public JsonText text(String text) {
        comma();
        quote(text);
        return this;
    }

    /** Whole numbers without a fraction; what JSON has no word for is null. */
    public JsonText number(double value) {
        comma();
        if (!Double.isFinite(value)) {
            out.append("null");
        } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            out.append((long) value);
        } else {
            out.append(value);
        }
        return this;
    }

    public JsonText number(long value) {
        comma();
        out.append(value);
        return this;
    }

    public JsonText bool(boolean value) {
        comma();
        out.append(value);
        return this;
    }

    /** JSON that is ready. */
    public JsonText raw(String json) {
        comma();
        out.append(json);
        return this;
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '<' -> out.append("\\u003c");
                case '\u2028' -> out.append("\\u2028");
                default -> {
                    if (c < ' ') {
                        out.append("\\u00")
                                .append(Character.forDigit(c >> 4, 16))
                                .append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
