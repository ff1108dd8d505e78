package io.espalier.metrics.views;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Keys that belong on one chart.
 *
 * @param keys     1 to {@link #MAX_KEYS}, in the grammar of queries
 * @param style    {@code cpu}, {@code net}, {@code url} or {@code default}
 * @param type     {@code line}, {@code area}, {@code stack} or {@code bar}
 * @param function of {@code avg}, {@code min}, {@code max}, {@code sum}, {@code count}, {@code rate}
 * @param span     how far back it begins, such as {@code 6h}; empty: as far as there is history, up to a year
 */
public record SavedView(String name, List<String> keys, String style, String type, String function, String span) {
    public static final int MAX_KEYS = 20;
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,63}");

    public SavedView {
        keys = List.copyOf(keys);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name: '" + name + "' (expected: up to 64 letters, digits, spaces, dots, hyphens)");
        }
        if (keys.isEmpty() || keys.size() > MAX_KEYS) {
            throw new IllegalArgumentException("keys: " + keys.size() + " (expected: 1 to " + MAX_KEYS + ")");
        }
    }
}
