package io.espalier.backup.files;

import io.espalier.backup.linux.Names;
import java.util.ArrayList;
import java.util.List;

/**
 * What is left out. A pattern without a slash (but at its end) fits a name anywhere; any other fits a whole path from
 * {@code /} on. {@code *} and {@code ?} stand for anything but a slash, {@code **} for anything; a slash at the end makes
 * it fit folders only. What is in a folder that is left out is left out.
 */
public final class Excludes {

    /** Nothing is left out. */
    public static final Excludes NONE = new Excludes(List.of());

    private record Pattern(String glob, boolean isWhole, boolean foldersOnly) {}

    private final List<Pattern> patterns;

    private Excludes(List<Pattern> patterns) {
        this.patterns = patterns;
    }

    /** @throws IllegalArgumentException for a pattern that is empty or fits everything */
    public static Excludes of(List<String> texts) {
        var patterns = new ArrayList<Pattern>();
        for (String text : texts) {
            String glob = Names.of(text);
            boolean foldersOnly = glob.endsWith("/") && glob.length() > 1;
            if (foldersOnly) {
                glob = glob.substring(0, glob.length() - 1);
            }
            boolean isWhole = glob.indexOf('/') >= 0;
            if (glob.startsWith("/")) {
                glob = glob.substring(1);
            }
            if (glob.isEmpty() || glob.equals("**")) {
                throw new IllegalArgumentException(
                        "exclude: \"" + text + "\" (expected: a name or a path, with * ? **)");
            }
            patterns.add(new Pattern(glob, isWhole, foldersOnly));
        }
        return new Excludes(List.copyOf(patterns));
    }

    /** @param path as in {@link Node} */
    boolean leaveOut(String path, boolean isFolder) {
        for (Pattern pattern : patterns) {
            if ((isFolder || !pattern.foldersOnly)
                    && fits(pattern.glob, 0, pattern.isWhole ? path : Names.nameOf(path), 0)) {
                return true;
            }
        }
        return false;
    }

    /** Without recursion but for {@code **}, of which there are few; a star goes back to the last place it may grow from. */
    private static boolean fits(String glob, int g, String text, int t) {
        int starGlob = -1;
        int starText = -1;
        while (t < text.length() || g < glob.length()) {
            if (g < glob.length()) {
                char c = glob.charAt(g);
                if (c == '*' && g + 1 < glob.length() && glob.charAt(g + 1) == '*') {
                    int rest = g + 2;
                    boolean slash = rest < glob.length() && glob.charAt(rest) == '/';
                    for (int at = t; at <= text.length(); at++) {
                        if (fits(glob, rest, text, at) || (slash && at == t && fits(glob, rest + 1, text, at))) {
                            return true;
                        }
                    }
                    return false;
                }
                if (c == '*') {
                    starGlob = ++g;
                    starText = t;
                    continue;
                }
                if (t < text.length() && (c == text.charAt(t) || (c == '?' && text.charAt(t) != '/'))) {
                    g++;
                    t++;
                    continue;
                }
            }
            if (starGlob < 0 || starText >= text.length() || text.charAt(starText) == '/') {
                return false;
            }
            g = starGlob;
            t = ++starText;
        }
        return true;
    }
}
