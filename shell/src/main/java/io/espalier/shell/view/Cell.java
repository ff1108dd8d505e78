package io.espalier.shell.view;

import org.jline.utils.WCWidth;
import org.jspecify.annotations.Nullable;

/**
 * A piece of one line.
 *
 * @param text without control characters
 */
public record Cell(String text, Style style) {
    static final Cell EMPTY = new Cell("", Style.PLAIN);
    static final Cell NONE = new Cell("-", Style.DIM);

    public Cell {
        text = clean(text);
    }

    public static Cell of(@Nullable String text) {
        return text == null || text.isEmpty() ? NONE : new Cell(text, Style.PLAIN);
    }

    public static Cell of(@Nullable String text, Style style) {
        return text == null || text.isEmpty() ? NONE : new Cell(text, style);
    }

    static Cell of(long number) {
        return new Cell(Long.toString(number), Style.PLAIN);
    }

    /** How many columns of a terminal it takes. */
    int width() {
        return width(text);
    }

    static int width(String text) {
        int width = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            width += c < 0x7f ? 1 : Math.max(0, WCWidth.wcwidth(c));
            i += Character.charCount(c);
        }
        return width;
    }

    /** At most so many columns; what is cut off shows as an ellipsis. */
    Cell cut(int most) {
        if (width() <= most) {
            return this;
        }
        var kept = new StringBuilder();
        int width = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            int more = c < 0x7f ? 1 : Math.max(0, WCWidth.wcwidth(c));
            if (width + more > most - 1) {
                break;
            }
            kept.appendCodePoint(c);
            width += more;
            i += Character.charCount(c);
        }
        return new Cell(kept.append('…').toString(), style);
    }

    /**
     * One line that a terminal shows as it is written: no escape sequences, no changes of the writing direction, line
     * breaks as blanks.
     */
    static String clean(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUnsafe(text.charAt(i))) {
                var clean = new StringBuilder(text.length());
                for (int k = 0; k < text.length(); k++) {
                    char c = text.charAt(k);
                    clean.append(c == '\n' || c == '\t' || c == '\r' ? ' ' : isUnsafe(c) ? '\ufffd' : c);
                }
                return clean.toString();
            }
        }
        return text;
    }

    private static boolean isWithin(char c, int first, int last) {
        return c >= first && c <= last;
    }

    private static boolean isUnsafe(char c) {
        return c < 0x20
                || isWithin(c, 0x7f, 0x9f)
                || isWithin(c, 0x200e, 0x200f)
                || isWithin(c, 0x2028, 0x202e)
                || isWithin(c, 0x2066, 0x2069);
    }
}
