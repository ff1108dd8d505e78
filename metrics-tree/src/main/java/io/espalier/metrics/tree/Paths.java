package io.espalier.metrics.tree;

import java.util.ArrayDeque;
import java.util.List;

/** Paths as text: names joined by commas; what the key grammar would misread is written {@code %2C}. */
public final class Paths {
    private Paths() {}

    public static String join(List<String> names) {
        var text = new StringBuilder();
        for (String name : names) {
            if (!text.isEmpty()) {
                text.append(',');
            }
            append(text, name);
        }
        return text.toString();
    }

    public static void append(StringBuilder text, String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == ',' || c == '|' || c == '%' || c == '*' || c == '?' || c < ' ') {
                text.append('%');
                text.append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                text.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            } else {
                text.append(c);
            }
        }
    }

    /** Of a node in a view. */
    public static String of(View view, int node) {
        var names = new ArrayDeque<String>();
        for (int n = node; n != 0; n = view.parent(n)) {
            names.addFirst(view.text(n));
        }
        return join(List.copyOf(names));
    }
}
