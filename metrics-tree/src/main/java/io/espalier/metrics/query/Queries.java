package io.espalier.metrics.query;

import io.espalier.metrics.query.QueryException.Reason;
import io.espalier.metrics.tree.Cell;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Paths;
import io.espalier.metrics.tree.Sketch;
import io.espalier.metrics.tree.Top;
import io.espalier.metrics.tree.TreeSnapshot;
import io.espalier.metrics.tree.Unique;
import io.espalier.metrics.tree.View;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Runs queries over a tree. Answers are of one moment and sorted by key. */
public final class Queries {
    private static final byte[] SELF = MetricTree.SELF.getBytes(StandardCharsets.UTF_8);
    /** A read below a literal name that looks at fewer nodes is done under the shard's lock. */
    private static final Budget PEEK = new Budget(2_000, 2_000);

    private static final int TOP_SHOWN = 100;

    private final MetricTree tree;
    private final Budget budget;

    public Queries(MetricTree tree, Budget budget) {
        this.tree = tree;
        this.budget = budget;
    }

    static boolean isSelf(byte[] topLevel) {
        return Arrays.equals(topLevel, SELF);
    }

    /** @throws QueryException with BUDGET, saying how to narrow it */
    public List<Result> run(Query query) {
        List<Segment> segments = query.segments();
        if (!segments.isEmpty() && segments.getFirst() instanceof Segment.Literal literal) {
            Optional<List<Result>> quick = tree.peek(tree.shardOf(literal.hash()), view -> peek(query, view));
            if (quick.isPresent()) {
                return quick.get();
            }
        }
        try (TreeSnapshot snapshot = tree.snapshot()) {
            return run(query, snapshot);
        }
    }

    /** As often as one likes over the same moment. */
    public List<Result> run(Query query, TreeSnapshot snapshot) {
        List<View> views = snapshot.shards();
        if (!query.segments().isEmpty() && query.segments().getFirst() instanceof Segment.Literal literal) {
            views = List.of(views.get(tree.shardOf(literal.hash())));
        }
        return new Run(query, budget).over(views);
    }

    private static Optional<List<Result>> peek(Query query, View view) {
        try {
            return Optional.of(new Run(query, PEEK).over(List.of(view)));
        } catch (QueryException e) {
            return Optional.empty();
        }
    }

    /** Where the walk leaves what it finds. */
    private interface Sink {
        void leaf(View view, int node);

        /** @param below the node whose children the segment was matched with */
        void reduced(View view, int below, Segment segment, double value);
    }

    private static final class Run {
        private final Query query;
        private final List<Segment> segments;
        private final Budget budget;
        private long visits;

        Run(Query query, Budget budget) {
            this.query = query;
            segments = query.segments();
            this.budget = budget;
        }

        List<Result> over(List<View> views) {
            var lines = new Lines();
            if (segments.isEmpty()) {
                for (View view : views) {
                    for (int top = view.first(0); top != View.NONE; top = view.next(top)) {
                        if (!isSelf(view.name(top))) {
                            all(view, top, lines);
                        }
                    }
                }
            } else {
                reduce(views, 0, 0, lines);
            }
            lines.results.sort(Comparator.comparing(Result::key));
            return lines.results;
        }

        /** The children of {@code node} (several views only at the root) that match segment {@code i}, and on from there. */
        private void reduce(List<View> views, int node, int i, Sink sink) {
            Segment segment = segments.get(i);
            Optional<Reducer> reducer = segment.reducer();
            if (reducer.isEmpty()) {
                for (View view : views) {
                    step(view, node, i, sink);
                }
                return;
            }
            var accumulator = new Accumulator(reducer.get());
            var into = new Sink() {
                @Override
                public void leaf(View view, int found) {
                    if (view.hasValue(found)) {
                        accumulator.leaf(view, found);
                    }
                }

                @Override
                public void reduced(View view, int below, Segment inner, double value) {
                    accumulator.number(value);
                }
            };
            for (View view : views) {
                step(view, node, i, into);
            }
            if (!accumulator.isEmpty()) {
                sink.reduced(views.getFirst(), node, segment, accumulator.result());
            }
        }

        private void step(View view, int node, int i, Sink sink) {
            boolean isLast = i == segments.size() - 1;
            switch (segments.get(i)) {
                case Segment.Literal literal -> {
                    visit();
                    int child = view.child(node, literal.name(), 0, literal.name().length, literal.hash());
                    if (child == View.NONE) {
                        return;
                    }
                    if (isLast || view.first(child) == View.NONE) {
                        all(view, child, sink);
                    } else {
                        reduce(List.of(view), child, i + 1, sink);
                    }
                }
                case Segment.Pattern pattern -> {
                    boolean isOpen = pattern.glob().isAny() && node != 0;
                    for (int child = view.first(node); child != View.NONE; child = view.next(child)) {
                        visit();
                        if (!isOpen && !Query.matches(pattern, view.name(child), node == 0)) {
                            continue;
                        }
                        if (isLast) {
                            if (view.isLeaf(child)) {
                                sink.leaf(view, child);
                            }
                        } else if (view.first(child) != View.NONE) {
                            reduce(List.of(view), child, i + 1, sink);
                        }
                    }
                }
            }
        }

        /** All leaves at and below {@code top}. */
        private void all(View view, int top, Sink sink) {
            int node = top;
            while (true) {
                visit();
                if (view.isLeaf(node)) {
                    sink.leaf(view, node);
                }
                int next = view.first(node);
                while (next == View.NONE) {
                    if (node == top) {
                        return;
                    }
                    next = view.next(node);
                    node = next == View.NONE ? view.parent(node) : node;
                }
                node = next;
            }
        }

        private void visit() {
            if (++visits > budget.visits()) {
                throw new QueryException(
                        Reason.BUDGET,
                        "'" + query + "' looks at more than " + budget.visits()
                                + " nodes: name more of the path, or ask with explain=1 what it costs");
            }
        }

        private final class Lines implements Sink {
            final List<Result> results = new ArrayList<>();

            @Override
            public void leaf(View view, int node) {
                String key = Paths.of(view, node);
                if (view.hasValue(node)) {
                    add(new Result(key, value(view, node)));
                }
                view.markers(node).ifPresent(markers -> add(new Result(key, new Value.Text(markers))));
            }

            @Override
            public void reduced(View view, int below, Segment segment, double value) {
                String path = Paths.of(view, below);
                add(new Result(path.isEmpty() ? segment.text() : path + "," + segment.text(), new Value.Scalar(value)));
            }

            private void add(Result result) {
                if (results.size() == budget.results()) {
                    throw new QueryException(
                            Reason.BUDGET,
                            "'" + query + "' has more than " + budget.results()
                                    + " results: reduce them, as in '*|sum'");
                }
                results.add(result);
            }
        }
    }

    /** What is at a leaf that has a value. */
    public static Value value(View view, int node) {
        Optional<Cell> cell = view.cell(node);
        if (cell.isEmpty()) {
            return new Value.Scalar(view.number(node));
        }
        return switch (cell.get()) {
            case Sketch sketch -> Value.Spread.of(sketch);
            case Unique unique -> new Value.Scalar(unique.estimate());
            case Top top -> new Value.Ranking(top.top(TOP_SHOWN));
        };
    }
}
