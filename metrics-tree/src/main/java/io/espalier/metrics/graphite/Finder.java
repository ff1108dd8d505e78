package io.espalier.metrics.graphite;

import io.espalier.metrics.tree.Markers;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Paths;
import io.espalier.metrics.tree.TreeSnapshot;
import io.espalier.metrics.tree.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Names in the tree, as {@code /metrics/find} asks for them, and its texts as events. */
public final class Finder {
    private static final int MOST = 20_000;
    private static final int VISITS = 5_000_000;

    private final MetricTree tree;

    public Finder(MetricTree tree) {
        this.tree = tree;
    }

    /**
     * A node that matches.
     *
     * @param id its dotted path
     */
    public record Found(String text, String id, boolean isLeaf, boolean isBranch) {}

    /** A text in the tree. */
    public record Event(String key, Markers.Marker marker) {}

    /** Branches first, then by name; at most 20,000. */
    public List<Found> find(DottedPath path) {
        var found = new ArrayList<Found>();
        int[] visits = {VISITS};
        try (TreeSnapshot snapshot = tree.snapshot()) {
            for (View view : snapshot.shards()) {
                walk(view, 0, path, 0, new ArrayList<>(), found, visits);
            }
        }
        found.sort(Comparator.comparing((Found each) -> !each.isBranch).thenComparing(Found::id));
        return found;
    }

    private static void walk(
            View view, int node, DottedPath path, int depth, List<String> names, List<Found> found, int[] visits) {
        for (int child = view.first(node); child != View.NONE; child = view.next(child)) {
            String name = view.text(child);
            if (--visits[0] < 0 || found.size() >= MOST) {
                return;
            }
            if (!path.matches(depth, name) || depth == 0 && isSelf(name, path)) {
                continue;
            }
            names.add(name);
            if (depth + 1 == path.depth()) {
                boolean isBranch = view.first(child) != View.NONE;
                found.add(new Found(name, DottedPath.of(names), view.hasValue(child), isBranch));
            } else {
                walk(view, child, path, depth + 1, names, found, visits);
            }
            names.removeLast();
        }
    }

    /** What the tree says about itself is found by its name only. */
    private static boolean isSelf(String name, DottedPath path) {
        return name.equals(MetricTree.SELF) && !path.toString().startsWith(MetricTree.SELF);
    }

    /** Texts of that time, the newest first, at most 1,000. */
    public List<Event> events(long fromMillis, long toMillis) {
        var events = new ArrayList<Event>();
        try (TreeSnapshot snapshot = tree.snapshot()) {
            for (View view : snapshot.shards()) {
                int node = 0;
                while (true) {
                    int next = view.first(node);
                    while (next == View.NONE && node != 0) {
                        next = view.next(node);
                        node = next == View.NONE ? view.parent(node) : node;
                    }
                    if (next == View.NONE) {
                        break;
                    }
                    node = next;
                    int at = node;
                    view.markers(node).ifPresent(markers -> add(view, at, markers, fromMillis, toMillis, events));
                }
            }
        }
        events.sort(Comparator.comparingLong((Event event) -> -event.marker.millis())
                .thenComparing(Event::key)
                .thenComparing(event -> event.marker.text()));
        return events.subList(0, Math.min(1000, events.size()));
    }

    private static void add(View view, int node, Markers markers, long from, long to, List<Event> events) {
        String key = Paths.of(view, node);
        // Samples of what went wrong are texts too, but no events.
        if (key.startsWith(MetricTree.SELF + ",") || events.size() >= MOST) {
            return;
        }
        for (Markers.Marker marker : markers.list()) {
            if (marker.millis() >= from && marker.millis() < to) {
                events.add(new Event(key, marker));
            }
        }
    }
}
