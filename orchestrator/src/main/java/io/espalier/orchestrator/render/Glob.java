package io.espalier.orchestrator.render;

import java.util.regex.Pattern;

/**
 * A pattern for paths: {@code *} and {@code ?} within a name, {@code **} for any folders between. What it matches is
 * named relative to the folders before its first wildcard.
 */
final class Glob {

    private final Pattern pattern;
    private final String base;

    Glob(String glob) {
        this.pattern = Pattern.compile(regexOf(glob));
        int wildcard = firstWildcard(glob);
        this.base = glob.substring(0, glob.lastIndexOf('/', wildcard) + 1);
    }

    boolean matches(String path) {
        return path.startsWith(base) && pattern.matcher(path).matches();
    }

    /** The part of a matching path behind the folders that the glob names. */
    String relative(String path) {
        return path.substring(base.length());
    }

    private static int firstWildcard(String glob) {
        for (int i = 0; i < glob.length(); i++) {
            if (glob.charAt(i) == '*' || glob.charAt(i) == '?') {
                return i;
            }
        }
        return glob.length();
    }

    private static String regexOf(String glob) {
        var regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (glob.startsWith("**/", i)) {
                regex.append("(?:[^/]+/)*");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i += 1;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }
}
