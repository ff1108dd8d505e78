package io.espalier.metrics.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.MutableClock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A day of keys that nobody has seen before: totals stay exact, and the tree within its bounds. */
class SoakTest {
    private static final Duration TTL = Duration.ofHours(1);
    private static final int MOST = 5_000;
    private static final int TOPS = 8;
    private static final long MOST_LEAVES = (long) TOPS * (MOST + Shard.OTHER_LEAVES + Action.values().length) + 100;

    /** @param leaves pushed in each step */
    private static void day(Duration step, int leaves) {
        var clock = MutableClock.fixed();
        var tree = new MetricTree(new TreeSettings(2, Policy.OPEN.withTtl(TTL).withMaxLeaves(MOST), TOPS + 10), clock);
        var random = new Random(24);
        var batch = new Batch();
        long steps = Duration.ofDays(1).dividedBy(step);
        long look = Duration.ofHours(2).dividedBy(step);
        double added = 0;
        long observed = 0;
        for (long i = 1; i <= steps; i++) {
            for (int k = 0; k < leaves; k++) {
                String top = "t" + random.nextInt(TOPS);
                String name = Long.toHexString(random.nextLong());
                batch.hint(Action.ADD);
                batch.add(k, top, "sum", "h" + random.nextInt(50), name);
                added += k;
                if (k % 8 == 0) {
                    batch.hint(Action.SKETCH);
                    batch.add(k, top, "time", "h" + random.nextInt(50), name);
                    observed++;
                }
            }
            tree.merge(batch);
            batch.clear();
            clock.advance(step);
            tree.sweep();
            tree.reportSelf();
            if (i % look == 0) {
                // What is alive and what was folded, each once.
                assertThat(sum(tree)).as("after step " + i).isEqualTo(added);
                assertThat(observed(tree)).as("after step " + i).isEqualTo(observed);
                assertThat(tree.leaves()).isLessThanOrEqualTo(MOST_LEAVES);
                // Inner nodes: 50 hosts below each sum, time and ~other.
                assertThat(tree.nodes()).isLessThanOrEqualTo(MOST_LEAVES + TOPS * 200);
            }
        }
        assertThat(tree.leaves()).isGreaterThan(TOPS);
    }

    private static double sum(MetricTree tree) {
        double sum = 0;
        try (TreeSnapshot snapshot = tree.snapshot()) {
            for (View view : snapshot.shards()) {
                for (int node = 1; node < view.size; node++) {
                    if (view.action(node).equals(java.util.Optional.of(Action.ADD)) && !isSelf(view, node)) {
                        sum += view.raw(node);
                    }
                }
            }
        }
        return sum;
    }

    private static long observed(MetricTree tree) {
        long count = 0;
        try (TreeSnapshot snapshot = tree.snapshot()) {
            for (View view : snapshot.shards()) {
                for (int node = 1; node < view.size; node++) {
                    if (view.cell(node).orElse(null) instanceof Sketch sketch) {
                        count += sketch.count();
                    }
                }
            }
        }
        return count;
    }

    private static boolean isSelf(View view, int from) {
        int node = from;
        while (view.parent(node) != 0) {
            node = view.parent(node);
        }
        return view.text(node).equals(MetricTree.SELF);
    }

    @Test
    void aDayOfNewKeysKeepsTotalsAndSize() {
        day(Duration.ofSeconds(30), 100);
    }

    @Test
    @Tag("long")
    void aDayOfNewKeysEverySecondKeepsTotalsAndSize() {
        day(Duration.ofSeconds(1), 400);
    }
}
