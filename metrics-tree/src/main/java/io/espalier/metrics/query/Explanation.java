package io.espalier.metrics.query;

import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSnapshot;
import io.espalier.metrics.tree.View;
import java.util.ArrayList;
import java.util.List;

/**
 * What a query would cost, found by following a sample of its matches.
 *
 * @param steps one a segment, and one for the leaves below a literal end
 */
public record Explanation(List<Step> steps) {
    private static final int SAMPLE = 512;
    private static final int BELOW = 20_000;

    /** Nodes that a step looks at and nodes that go on from it; estimates once a sample had to do. */
    public record Step(String segment, long visits, long matches) {}

    public Explanation {
        steps = List.copyOf(steps);
    }

    public long visits() {
        return steps.stream().mapToLong(Step::visits).sum();
    }

    private record Place(View view, int node) {}

    public static Explanation of(Query query, MetricTree tree) {
        try (TreeSnapshot snapshot = tree.snapshot()) {
            var steps = new ArrayList<Step>();
            List<Place> places =
                    snapshot.shards().stream().map(view -> new Place(view, 0)).toList();
            double scale = 1;
            for (Segment segment : query.segments()) {
                long visits = 0;
                long matches = 0;
                var found = new ArrayList<Place>();
                for (Place place : places) {
                    View view = place.view;
                    switch (segment) {
                        case Segment.Literal literal -> {
                            visits++;
                            int child = view.child(place.node, literal.name());
                            if (child != View.NONE) {
                                matches++;
                                found.add(new Place(view, child));
                            }
                        }
                        case Segment.Pattern pattern -> {
                            int children = view.children(place.node);
                            visits += children;
                            int seen = 0;
                            int taken = 0;
                            for (int child = view.first(place.node);
                                    child != View.NONE && seen < BELOW;
                                    child = view.next(child)) {
                                seen++;
                                if (Query.matches(pattern, view.name(child), place.node == 0)) {
                                    taken++;
                                    if (found.size() < SAMPLE) {
                                        found.add(new Place(view, child));
                                    }
                                }
                            }
                            matches += seen == 0 ? 0 : Math.round((double) taken * children / seen);
                        }
                    }
                }
                steps.add(new Step(segment.text(), Math.round(visits * scale), Math.round(matches * scale)));
                scale *= found.isEmpty() ? 1 : (double) matches / found.size();
                places = found;
            }
            if (query.segments().isEmpty() || query.segments().getLast() instanceof Segment.Literal) {
                long below = 0;
                for (Place place : places) {
                    below += below(place);
                }
                steps.add(new Step("(all below)", Math.round(below * scale), Math.round(below * scale)));
            }
            return new Explanation(steps);
        }
    }

    private static long below(Place place) {
        var queue = new ArrayList<Integer>();
        queue.add(place.node);
        long count = 0;
        for (int i = 0; i < queue.size() && i < BELOW; i++) {
            for (int child = place.view.first(queue.get(i)); child != View.NONE; child = place.view.next(child)) {
                count++;
                if (queue.size() < BELOW) {
                    queue.add(child);
                }
            }
        }
        return count;
    }
}
