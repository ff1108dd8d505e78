package io.espalier.metrics.query;

import io.espalier.metrics.query.QueryException.Reason;
import io.espalier.metrics.tree.KeyHash;
import io.espalier.metrics.tree.View;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A key that was parsed.
 *
 * <pre>
 * key      = "" | segment *( "," segment )          "" is the whole tree
 * segment  = name [ "|" reducer ]
 * name     = ""                                     any one name
 *          | literal
 *          | glob                                   has a * or ?; then [a-z] and [!a-z] are sets too
 * reducer  = "list" | "sum" | "avg" | "wavg" | "min" | "max" | "count" | "unique" | "p" 0..100
 * </pre>
 *
 * {@code %2C}, {@code %7C} and any other {@code %XX} in a name is that character and nothing else. A literal
 * that ends the key takes all leaves below it; a glob that ends it takes leaves right there only.
 */
public final class Query {
    /** A key may not be longer, in characters. */
    public static final int MAX_LENGTH = 4096;
    /** Nor have more segments. */
    public static final int MAX_SEGMENTS = 64;

    private final String text;
    private final List<Segment> segments;

    private Query(String text, List<Segment> segments) {
        this.text = text;
        this.segments = segments;
    }

    /** @throws QueryException with BAD_KEY */
    public static Query parse(String key) {
        if (key.length() > MAX_LENGTH) {
            throw new QueryException(
                    Reason.BAD_KEY, "a key of " + key.length() + " characters (at most " + MAX_LENGTH + ")");
        }
        if (key.isEmpty()) {
            return new Query(key, List.of());
        }
        String[] parts = key.split(",", -1);
        if (parts.length > MAX_SEGMENTS) {
            throw new QueryException(
                    Reason.BAD_KEY, "a key of " + parts.length + " segments (at most " + MAX_SEGMENTS + ")");
        }
        return new Query(key, Arrays.stream(parts).map(Query::segment).toList());
    }

    /**
     * The key in a URL, which may have been encoded by a client that encodes everything or by a person who
     * encodes nothing. Takes {@code %7C} for a bar if a reducer follows, and {@code %2C} for a separator if there
     * is no plain comma; {@code %252C} and {@code %257C} are always the characters themselves.
     *
     * @param raw as it came, still encoded
     */
    public static Query ofUrl(String raw) {
        boolean isEncodedWhole = raw.indexOf(',') < 0;
        var key = new StringBuilder();
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '%' || i + 2 >= raw.length()) {
                key.append(c);
                continue;
            }
            String code = raw.substring(i, i + 3).toUpperCase(Locale.ROOT);
            if (code.equals("%2C")) {
                key.append(isEncodedWhole ? "," : code);
            } else if (code.equals("%7C")) {
                key.append(isReducerAhead(raw, i + 3) ? "|" : code);
            } else {
                key.append(code);
                i += 2;
                continue;
            }
            i += 2;
        }
        // What is left encoded is decoded once, but for the two that the grammar reads itself.
        String kept =
                key.toString().replace("%2C", "%252C").replace("%7C", "%257C").replace("+", "%2B");
        try {
            return parse(URLDecoder.decode(kept, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new QueryException(Reason.BAD_KEY, "not a URL-encoded key: " + raw);
        }
    }

    private static boolean isReducerAhead(String raw, int from) {
        int end = from;
        while (end < raw.length() && raw.charAt(end) != ',' && raw.charAt(end) != '%') {
            end++;
        }
        boolean isEnd = end == raw.length()
                || raw.charAt(end) == ','
                || raw.startsWith("%2C", end)
                || raw.startsWith("%2c", end);
        return isEnd && Reducer.parse(raw.substring(from, end)).isPresent();
    }

    private static Segment segment(String part) {
        int bar = part.indexOf('|');
        Optional<Reducer> reducer = Optional.empty();
        String name = part;
        if (bar >= 0) {
            name = part.substring(0, bar);
            String word = part.substring(bar + 1);
            Reducer found = Reducer.parse(word)
                    .orElseThrow(() -> new QueryException(
                            Reason.BAD_KEY,
                            "no reducer named '" + word
                                    + "' (list, sum, avg, wavg, min, max, count, unique, p50, p99, p99.9)"));
            reducer = found.kind() == Reducer.Kind.LIST ? Optional.empty() : Optional.of(found);
        }
        if (name.isEmpty()) {
            return new Segment.Pattern("*", Glob.any(), reducer);
        }
        int[] chars = name.codePoints().toArray();
        var plain = new int[chars.length];
        var isLiteral = new boolean[chars.length];
        int n = 0;
        boolean isGlob = false;
        for (int i = 0; i < chars.length; i++) {
            int high = chars[i] == '%' && i + 2 < chars.length ? Character.digit(chars[i + 1], 16) : -1;
            int low = high >= 0 ? Character.digit(chars[i + 2], 16) : -1;
            if (low >= 0) {
                plain[n] = high << 4 | low;
                isLiteral[n++] = true;
                i += 2;
            } else {
                isGlob |= chars[i] == '*' || chars[i] == '?';
                plain[n++] = chars[i];
            }
        }
        plain = Arrays.copyOf(plain, n);
        if (isGlob) {
            return new Segment.Pattern(name, Glob.of(plain, isLiteral), reducer);
        }
        byte[] utf8 = new String(plain, 0, n).getBytes(StandardCharsets.UTF_8);
        return new Segment.Literal(name, utf8, KeyHash.of(utf8), reducer);
    }

    List<Segment> segments() {
        return segments;
    }

    /** The name of the first level that all answers are below; empty when there may be several. */
    public Optional<byte[]> topLevel() {
        return !segments.isEmpty() && segments.getFirst() instanceof Segment.Literal literal
                ? Optional.of(literal.name())
                : Optional.empty();
    }

    /** The names from the root on that are literal. */
    public List<byte[]> literalPrefix() {
        var names = new ArrayList<byte[]>();
        for (Segment segment : segments) {
            if (!(segment instanceof Segment.Literal literal)) {
                break;
            }
            names.add(literal.name());
        }
        return names;
    }

    public boolean isReducing() {
        return segments.stream().anyMatch(segment -> segment.reducer().isPresent());
    }

    /** Whether a change of this leaf may change the answer. */
    public boolean covers(View view, int leaf) {
        int depth = 0;
        for (int node = leaf; node != 0; node = view.parent(node)) {
            depth++;
        }
        if (segments.isEmpty()) {
            return !isSelf(view, leaf);
        }
        int n = segments.size();
        if (depth < n && !(segments.get(depth - 1) instanceof Segment.Literal && view.first(leaf) == View.NONE)) {
            return false;
        }
        if (depth > n && !(segments.getLast() instanceof Segment.Literal)) {
            return false;
        }
        int level = depth;
        for (int node = leaf; node != 0; node = view.parent(node), level--) {
            if (level <= n && !matches(segments.get(level - 1), view.name(node), level == 1)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSelf(View view, int leaf) {
        int top = leaf;
        while (view.parent(top) != 0) {
            top = view.parent(top);
        }
        return Queries.isSelf(view.name(top));
    }

    static boolean matches(Segment segment, byte[] name, boolean isTopLevel) {
        return switch (segment) {
            case Segment.Literal literal -> Arrays.equals(literal.name(), name);
            case Segment.Pattern pattern ->
                pattern.glob().matches(name)
                        && (!isTopLevel || pattern.glob().startsWith('~') || !Queries.isSelf(name));
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
