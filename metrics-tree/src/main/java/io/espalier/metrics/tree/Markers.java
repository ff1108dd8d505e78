package io.espalier.metrics.tree;

import io.espalier.metrics.bytes.BadBytesException;
import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
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

    void write(BytesOut out) {
        out.varint(list.size());
        for (Marker marker : list) {
            out.zigzag(marker.millis);
            out.text(marker.text);
        }
    }

    static Markers read(BytesIn in) throws BadBytesException {
        var list = new ArrayList<Marker>();
        for (int left = in.count(KEPT); left > 0; left--) {
            list.add(new Marker(in.zigzag(), in.text()));
        }
        return new Markers(list);
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
