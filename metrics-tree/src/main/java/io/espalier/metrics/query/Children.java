package io.espalier.metrics.query;

import io.espalier.metrics.query.QueryException.Reason;
import io.espalier.metrics.tree.KeyHash;
import io.espalier.metrics.tree.Markers;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Paths;
import io.espalier.metrics.tree.TreeSnapshot;
import io.espalier.metrics.tree.View;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The tree as one opens it: what is right below a node. */
public final class Children {
    /** Looked at below one node; of more, which ones is left to chance. */
    private static final int LOOKED_AT = 20_000;

    private Children() {}

    /**
     * A node right below.
     *
     * @param key      its path
     * @param children that it has itself
     * @param isLeaf   whether it has a value of its own
     */
    public record Child(String name, String key, int children, boolean isLeaf) {}

    /** By name, at most {@code limit}. The tree's own news are not among those of the root. */
    public static List<Child> of(MetricTree tree, Query node, int limit) {
        List<byte[]> path = literal(node);
        var found = new ArrayList<Child>();
        try (TreeSnapshot snapshot = tree.snapshot()) {
            for (View view : snapshot.shards()) {
                int at = walk(view, path, path.size());
                if (at != View.NONE) {
                    collect(view, at, found);
                }
            }
        }
        found.sort(Comparator.comparing(Child::name));
        return List.copyOf(found.subList(0, Math.min(limit, found.size())));
    }

    private static void collect(View view, int parent, List<Child> found) {
        for (int child = view.first(parent); child != View.NONE && found.size() < LOOKED_AT; child = view.next(child)) {
            if (parent != 0 || !Queries.isSelf(view.name(child))) {
                found.add(
                        new Child(view.text(child), Paths.of(view, child), view.children(child), view.hasValue(child)));
            }
        }
    }

    /** Texts at the nodes that lead to what a key names, as far as it is literal. */
    public static List<Markers.Marker> markersAbove(MetricTree tree, Query query) {
        var markers = new ArrayList<Markers.Marker>();
        List<byte[]> path = query.literalPrefix();
        if (path.isEmpty()) {
            return markers;
        }
        return tree.peek(tree.shardOf(KeyHash.of(path.getFirst())), view -> {
            for (int depth = 1; depth <= path.size(); depth++) {
                int node = walk(view, path, depth);
                Optional<Markers> held = node == View.NONE ? Optional.empty() : view.markers(node);
                held.ifPresent(all -> markers.addAll(all.list()));
            }
            return markers;
        });
    }

    private static List<byte[]> literal(Query node) {
        List<byte[]> path = node.literalPrefix();
        if (path.size() < node.segments().size() || node.isReducing()) {
            throw new QueryException(Reason.BAD_KEY, "'" + node + "' is not the path of one node");
        }
        return path;
    }

    private static int walk(View view, List<byte[]> path, int depth) {
        int node = 0;
        for (int i = 0; i < depth && node != View.NONE; i++) {
            node = view.child(node, path.get(i));
        }
        return node;
    }
}
