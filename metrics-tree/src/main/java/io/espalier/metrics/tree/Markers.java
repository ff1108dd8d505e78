package io.espalier.metrics.tree;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The newest texts at a node, newest first. Immutable, so that snapshots share it.
 *
 * @param list at most {@link #KEPT}, no two alike
 */
public record Markers(List<Marker> list) {
    static final int KEPT = 16;

    private static final Comparator<Marker> NEWEST_FIRST =
            Comparator.comparingLong(Marker::millis).thenComparing(Marker::text).reversed();

    /** A text at a time (milliseconds since 1970). */
    public record Marker(long millis, String text) {}

    public Markers {
        list = List.copyOf(list);
    }

    public static Markers of(long millis, String text) {
        return new Markers(List.of(new Marker(millis, text)));
    }

    public Marker newest() {
        return list.getFirst();
    }

    /** The newest of both; in any order and grouping the same. */
    public Markers with(Markers other) {
        var all = new ArrayList<>(list);
        for (Marker marker : other.list) {
            if (!all.contains(marker)) {
                all.add(marker);
            }
        }
        all.sort(NEWEST_FIRST);
        return new Markers(all.subList(0, Math.min(KEPT, all.size())));
    }
}
