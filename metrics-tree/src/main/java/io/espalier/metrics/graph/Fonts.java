package io.espalier.metrics.graph;

/** How wide a text is in Helvetica, close enough for any sans serif. */
final class Fonts {
    /** Thousandths of the size, of the characters from space to tilde. */
    private static final int[] WIDTHS = {
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556,
                556,
        556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556,
                833,
        722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500,
                556,
        556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500,
                334,
        260, 334, 584
    };

    private Fonts() {}

    static double width(String text, double size) {
        double sum = 0;
        for (int i = 0; i < text.length(); i++) {
            int c = text.charAt(i) - ' ';
            sum += c >= 0 && c < WIDTHS.length ? WIDTHS[c] : 600;
        }
        return sum * size / 1000;
    }

    /** At most so wide, the rest as dots in the middle: both ends of a key tell something. */
    static String fit(String text, double size, double room) {
        if (width(text, size) <= room) {
            return text;
        }
        int kept = text.length();
        while (kept > 2) {
            kept--;
            String shorter = text.substring(0, (kept + 1) / 2) + "…" + text.substring(text.length() - kept / 2);
            if (width(shorter, size) <= room) {
                return shorter;
            }
        }
        return "";
    }
}
