package io.espalier.metrics.graphite;

import io.espalier.metrics.tree.Paths;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A path as Graphite writes it, with {@code *}, {@code ?}, {@code [a-z]} and <code>{a,b}</code>. Whatever its grammar would
 * misread in a name, dots above all, is {@code %XX}.
 */
public final class DottedPath {
    private static final String UNSAFE = ".*?[]{}(),|'\"% ;=";
    private static final int MAX = 4096;

    private final String text;
    private final List<Pattern> segments = new ArrayList<>();
    private final List<String> literals = new ArrayList<>();

    private DottedPath(String text) {
        this.text = text;
    }

    /** @throws GraphiteException for what is too long or has a bracket without its other */
    public static DottedPath parse(String text) {
        if (text.length() > MAX) {
            throw new GraphiteException("a path of " + text.length() + " characters (at most " + MAX + ")");
        }
        var path = new DottedPath(text);
        boolean isLiteralSoFar = true;
        for (String segment : split(text)) {
            boolean isLiteral = segment.chars().noneMatch(c -> "*?[{".indexOf(c) >= 0);
            isLiteralSoFar &= isLiteral;
            if (isLiteralSoFar) {
                path.literals.add(decode(segment));
            }
            path.segments.add(pattern(segment));
        }
        return path;
    }

    /** At dots outside of braces. */
    private static List<String> split(String text) {
        var parts = new ArrayList<String>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (c == '.' && depth == 0) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static Pattern pattern(String segment) {
        var regex = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < segment.length(); i++) {
            char c = segment.charAt(i);
            switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                case '{' -> {
                    regex.append("(?:");
                    depth++;
                }
                case '}' -> {
                    regex.append(')');
                    depth--;
                }
                case '[' -> {
                    int end = segment.indexOf(']', i + 1);
                    if (end < 0) {
                        throw new GraphiteException("'" + segment + "' has a [ without its ]");
                    }
                    String set = segment.substring(i + 1, end);
                    boolean isNegated = set.startsWith("!") || set.startsWith("^");
                    regex.append(isNegated ? "[^" : "[")
                            .append((isNegated ? set.substring(1) : set).replaceAll("([\\\\\\[\\]&^])", "\\\\$1"))
                            .append(']');
                    i = end;
                }
                case ',' -> regex.append(depth > 0 ? "|" : ",");
                default -> {
                    int end = i;
                    while (end < segment.length() && "*?{}[,".indexOf(segment.charAt(end)) < 0) {
                        end++;
                    }
                    regex.append(Pattern.quote(decode(segment.substring(i, end))));
                    i = end - 1;
                }
            }
            if (depth < 0) {
                throw new GraphiteException("'" + segment + "' has a } without its {");
            }
        }
        if (depth > 0) {
            throw new GraphiteException("'" + segment + "' has a { without its }");
        }
        try {
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        } catch (java.util.regex.PatternSyntaxException e) {
            throw new GraphiteException("'" + segment + "' is no pattern: " + e.getDescription());
        }
    }

    private static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int high = c == '%' && i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high >= 0 ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (low >= 0) {
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    int depth() {
        return segments.size();
    }

    boolean matches(int depth, String name) {
        return segments.get(depth).matcher(name).matches();
    }

    /** Whether all names match, and there are as many. */
    boolean matches(List<String> names) {
        if (names.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < names.size(); i++) {
            if (!matches(i, names.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** The key that all matches begin with. */
    String prefix() {
        return Paths.join(literals);
    }

    /** Of names; reversible. */
    static String of(List<String> names) {
        return String.join(".", names.stream().map(DottedPath::encode).toList());
    }

    static String encode(String name) {
        var out = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < ' ' || UNSAFE.indexOf(c) >= 0) {
                out.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** The names of a key as {@link Paths} writes it; a quantile such as {@code |p99} is part of the last name. */
    static List<String> names(String key) {
        int bar = key.indexOf('|');
        var names = new ArrayList<String>();
        for (String name : (bar < 0 ? key : key.substring(0, bar)).split(",", -1)) {
            names.add(decode(name));
        }
        if (bar >= 0) {
            // As a leaf of its own below the distribution: time.request.p99.
            names.add(key.substring(bar + 1));
        }
        return names;
    }

    @Override
    public String toString() {
        return text;
    }
}
