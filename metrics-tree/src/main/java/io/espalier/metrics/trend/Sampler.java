package io.espalier.metrics.trend;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Cell;
import io.espalier.metrics.tree.Paths;
import io.espalier.metrics.tree.Sketch;
import io.espalier.metrics.tree.TreeSnapshot;
import io.espalier.metrics.tree.View;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a frame of a tree. Averages and distributions are told as of what came since the look before: the mean of
 * all time would hardly move any more. Used by one thread.
 */
final class Sampler {
    private static final double[] QUANTILES = {0.5, 0.9, 0.99};
    private static final String[] SUFFIXES = {"|p50", "|p90", "|p99"};

    private final int most;
    private Map<String, Before> known = new HashMap<>();
    private long skipped;
    /** Before the first look: what is there may have come at any time, so no mean of it is of now. */
    private boolean isFirst = true;

    /** What a leaf was at the look before, as far as it matters. */
    private record Before(double sum, long count, Optional<Sketch> sketch) {
        static final Before NOTHING = new Before(0, 0, Optional.empty());
    }

    /** @param most leaves; those that come when there are so many are left out */
    Sampler(int most) {
        this.most = most;
    }

    Frame sample(TreeSnapshot snapshot, long time) {
        var frame = new Frame(time);
        var seen = new HashMap<String, Before>(known.size() * 4 / 3 + 16);
        skipped = 0;
        int room = most - known.size();
        for (View view : snapshot.shards()) {
            var path = new StringBuilder();
            int node = 0;
            while (true) {
                int next = view.first(node);
                while (next == View.NONE && node != 0) {
                    next = view.next(node);
                    leave(path);
                    node = next == View.NONE ? view.parent(node) : node;
                }
                if (next == View.NONE) {
                    break;
                }
                node = next;
                if (!path.isEmpty()) {
                    path.append(',');
                }
                Paths.append(path, view.text(node));
                if (view.hasValue(node)) {
                    String key = path.toString();
                    Before before = known.get(key);
                    if (before == null && --room < 0) {
                        skipped++;
                    } else {
                        seen.put(key, leaf(view, node, key, Optional.ofNullable(before), frame));
                    }
                }
            }
        }
        known = seen;
        isFirst = false;
        return frame;
    }

    /** Names are written without a comma of their own, so the last one begins the last name. */
    private static void leave(StringBuilder path) {
        path.setLength(Math.max(0, path.lastIndexOf(",")));
    }

    private Before leaf(View view, int node, String key, Optional<Before> before, Frame frame) {
        Optional<Cell> cell = view.cell(node);
        if (cell.isPresent() && cell.get() instanceof Sketch sketch) {
            Sketch copy = sketch.copy();
            Sketch since = before.flatMap(Before::sketch).map(copy::since).orElse(copy);
            if (since.count() > 0 && !isFirst) {
                frame.add(key, since.sum() / since.count());
                for (int i = 0; i < QUANTILES.length; i++) {
                    frame.add(key + SUFFIXES[i], since.quantile(QUANTILES[i]));
                }
            }
            return new Before(0, 0, Optional.of(copy));
        }
        if (cell.isEmpty() && view.action(node).equals(Optional.of(Action.AVERAGE))) {
            Before was = before.orElse(Before.NOTHING);
            long count = view.aux(node) - was.count;
            double mean = (view.raw(node) - was.sum) / count;
            if (count > 0 && Double.isFinite(mean) && !isFirst) {
                frame.add(key, mean);
            }
            return new Before(view.raw(node), view.aux(node), Optional.empty());
        }
        double number = view.number(node);
        if (Double.isFinite(number)) {
            frame.add(key, number);
        }
        return Before.NOTHING;
    }

    /** Leaves that the latest frame had no room for. */
    long skipped() {
        return skipped;
    }
}
