package io.espalier.metrics.query;

import io.espalier.metrics.query.QueryException.Reason;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The same grammar over leaves that are only paths, as history has them: answers what {@link Queries} would about a
 * tree of these leaves. A leaf {@code time,request|p99} is what {@code |p99} at the end of a key asks for.
 *
 * @param <T> what is known about a leaf
 */
public final class PathQuery<T> {
    private final Query query;
    private final Reduction<T> reduction;
    private final Optional<String> quantile;

    /** Makes one of many. */
    public interface Reduction<T> {
        T of(String key, Reducer reducer, List<T> matches);
    }

    /** A line of the answer, or a leaf to ask about. */
    public record Line<T>(String key, T value) {}

    private record Leaf<T>(List<byte[]> names, String key, T value) {}

    public PathQuery(Query query, Reduction<T> reduction) {
        this.query = query;
        this.reduction = reduction;
        quantile = query.segments().isEmpty()
                ? Optional.empty()
                : query.segments()
                        .getLast()
                        .reducer()
                        .filter(last -> last.kind() == Reducer.Kind.QUANTILE)
                        .map(last -> "p" + plain(last.q() * 100));
    }

    private static String plain(double percent) {
        double rounded = Math.round(percent * 1e4) / 1e4;
        return rounded == Math.rint(rounded) ? Long.toString((long) rounded) : Double.toString(rounded);
    }

    /** Whether a leaf of this path can be part of the answer. */
    public boolean isWanted(String path) {
        if (!suffix(path).equals(quantile.map(name -> "|" + name).orElse(""))) {
            return false;
        }
        List<byte[]> names = names(path);
        List<Segment> segments = query.segments();
        if (segments.isEmpty()) {
            return names.isEmpty() || !Queries.isSelf(names.getFirst());
        }
        int n = segments.size();
        boolean isOpen = segments.getLast() instanceof Segment.Literal;
        // A leaf that ends early answers when the key names it.
        boolean isShort =
                names.size() < n && !names.isEmpty() && segments.get(names.size() - 1) instanceof Segment.Literal;
        if (names.size() < n && !isShort || names.size() > n && !isOpen) {
            return false;
        }
        for (int i = 0; i < Math.min(n, names.size()); i++) {
            if (!Query.matches(segments.get(i), names.get(i), i == 0)) {
                return false;
            }
        }
        return true;
    }

    /** @param leaves their paths as {@link io.espalier.metrics.tree.Paths} writes them */
    public List<Line<T>> run(List<Line<T>> leaves) {
        List<Leaf<T>> wanted = leaves.stream()
                .filter(leaf -> isWanted(leaf.key))
                .map(leaf -> new Leaf<>(names(leaf.key), leaf.key, leaf.value))
                .toList();
        var lines = query.isReducing() ? step(wanted, 0, "") : lines(wanted);
        lines.sort(Comparator.comparing(Line::key));
        return lines;
    }

    private List<Line<T>> lines(List<Leaf<T>> leaves) {
        var lines = new ArrayList<Line<T>>();
        leaves.forEach(leaf -> lines.add(new Line<>(leaf.key, leaf.value)));
        return lines;
    }

    private List<Line<T>> step(List<Leaf<T>> leaves, int depth, String above) {
        List<Segment> segments = query.segments();
        if (depth == segments.size()) {
            return lines(leaves);
        }
        Segment segment = segments.get(depth);
        var byName = new LinkedHashMap<String, List<Leaf<T>>>();
        var lines = new ArrayList<Line<T>>();
        for (Leaf<T> leaf : leaves) {
            if (leaf.names.size() <= depth) {
                lines.add(new Line<>(leaf.key, leaf.value));
            } else {
                byName.computeIfAbsent(
                                new String(leaf.names.get(depth), StandardCharsets.UTF_8), _ -> new ArrayList<>())
                        .add(leaf);
            }
        }
        for (Map.Entry<String, List<Leaf<T>>> group : byName.entrySet()) {
            var path = new StringBuilder(above);
            if (!above.isEmpty()) {
                path.append(',');
            }
            io.espalier.metrics.tree.Paths.append(path, group.getKey());
            lines.addAll(step(group.getValue(), depth + 1, path.toString()));
        }
        Optional<Reducer> reducer = segment.reducer();
        if (reducer.isEmpty() || lines.isEmpty()) {
            return lines;
        }
        String key = above.isEmpty() ? segment.text() : above + "," + segment.text();
        List<T> values = lines.stream().map(Line::value).toList();
        return new ArrayList<>(List.of(new Line<>(key, reduction.of(key, reducer.get(), values))));
    }

    private static String suffix(String path) {
        int bar = path.indexOf('|');
        return bar < 0 ? "" : path.substring(bar);
    }

    private static List<byte[]> names(String path) {
        int bar = path.indexOf('|');
        String plain = bar < 0 ? path : path.substring(0, bar);
        try {
            return Arrays.stream(plain.split(",", -1))
                    .map(name -> name.indexOf('%') < 0
                            ? name
                            : URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8))
                    .map(name -> name.getBytes(StandardCharsets.UTF_8))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new QueryException(Reason.BAD_KEY, "not a path: " + path);
        }
    }
}
