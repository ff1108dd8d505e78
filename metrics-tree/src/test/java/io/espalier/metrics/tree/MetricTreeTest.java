package io.espalier.metrics.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.espalier.testkit.MutableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MetricTreeTest {
    private final MutableClock clock = MutableClock.fixed();

    private MetricTree tree(Policy root) {
        return new MetricTree(new TreeSettings(4, root, 100), clock);
    }

    private final MetricTree tree = tree(Policy.OPEN);

    private void merge(Action action, double value, String... path) {
        var batch = new Batch();
        batch.hint(action);
        batch.add(value, path);
        tree.merge(batch);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** All numbers by path; a sum over everything must survive whatever folds. */
    static Map<String, Double> numbers(MetricTree tree) {
        var all = new TreeMap<String, Double>();
        try (TreeSnapshot snapshot = tree.snapshot()) {
            for (View view : snapshot.shards()) {
                for (int node = 1; node < view.size; node++) {
                    if (view.hasValue(node)) {
                        all.merge(Paths.of(view, node), view.number(node), Double::sum);
                    }
                }
            }
        }
        all.keySet().removeIf(key -> key.startsWith("~tree"));
        return all;
    }

    @Test
    void aMarkerAndAValueAtOneNodeAreOneLeaf() {
        var batch = new Batch();
        batch.enter("a");
        batch.text("deployed");
        batch.number(1);
        batch.leave();
        tree.merge(batch);
        assertThat(tree.leaves()).isEqualTo(1);
    }

    @Test
    void actionsDoWhatTheirNamesSay() {
        for (Action action : List.of(Action.ADD, Action.AVERAGE, Action.MIN, Action.MAX)) {
            for (double value : new double[] {4, 1, 7}) {
                merge(action, value, "a", action.word());
            }
        }
        assertThat(numbers(tree)).isEqualTo(Map.of("a,add", 12.0, "a,average", 4.0, "a,min", 1.0, "a,max", 7.0));
    }

    @Test
    void lastGoesByTheTimeOfTheValueAndSetByTheTimeOfReceipt() {
        for (Action action : List.of(Action.LAST, Action.SET)) {
            for (long stamp : new long[] {1_000_000, 2_000_000, 1_500_000}) {
                clock.advance(Duration.ofSeconds(1));
                var batch = new Batch();
                batch.hint(action);
                batch.stamp(stamp);
                batch.add((double) stamp, "a", action.word());
                tree.merge(batch);
            }
        }
        assertThat(numbers(tree)).isEqualTo(Map.of("a,last", 2_000_000.0, "a,set", 1_500_000.0));
    }

    @Test
    void aNodeHoldsAValueAndChildrenWhicheverComesFirst() {
        merge(Action.ADD, 8, "br", "ie", "7");
        merge(Action.ADD, 2, "br", "ie", "7", "venders", "sogou");
        merge(Action.ADD, 5, "br", "ie");
        assertThat(numbers(tree)).isEqualTo(Map.of("br,ie", 5.0, "br,ie,7", 8.0, "br,ie,7,venders,sogou", 2.0));
    }

    @Test
    void defaultActionIsInheritedUntilOneFurtherDownSaysOtherwise() {
        var batch = new Batch();
        batch.action(batch.enter("cpu"), Action.AVERAGE);
        batch.enter("host");
        batch.enter("idle");
        batch.number(10);
        batch.leave();
        batch.action(batch.enter("peak"), Action.MAX);
        batch.number(3);
        batch.leave();
        batch.leave();
        batch.leave();
        tree.merge(batch);
        merge(Action.ADD, 20, "cpu", "host", "idle");
        merge(Action.ADD, 1, "cpu", "host", "peak");
        merge(Action.ADD, 6, "cpu", "other", "idle");
        merge(Action.ADD, 8, "cpu", "other", "idle");
        assertThat(numbers(tree)).isEqualTo(Map.of("cpu,host,idle", 15.0, "cpu,host,peak", 3.0, "cpu,other,idle", 7.0));
    }

    @Test
    void markersStandBesideValues() {
        var batch = new Batch();
        batch.enter("cpu");
        batch.number(3);
        batch.text("wrong");
        batch.leave();
        tree.merge(batch);
        clock.advance(Duration.ofSeconds(1));
        batch.clear();
        batch.enter("cpu");
        batch.text("right again");
        batch.leave();
        tree.merge(batch);
        try (TreeSnapshot snapshot = tree.snapshot()) {
            View view = snapshot.shards().get(tree.shardOf(KeyHash.of(utf8("cpu"))));
            int node = view.child(0, utf8("cpu"));
            assertThat(view.number(node)).isEqualTo(3);
            assertThat(view.markers(node).orElseThrow().list())
                    .extracting(Markers.Marker::text)
                    .containsExactly("right again", "wrong");
        }
    }

    @Test
    void aSnapshotDoesNotSeeWhatIsWrittenLater() {
        for (int i = 0; i < 5000; i++) {
            merge(Action.ADD, 1, "a", "n" + i);
            merge(Action.SKETCH, i, "s");
        }
        TreeSnapshot snapshot = tree.snapshot();
        for (int i = 0; i < 10000; i++) {
            merge(Action.ADD, 1, "a", "n" + i);
            merge(Action.SKETCH, -i, "s");
        }
        View then = snapshot.shards().get(tree.shardOf(KeyHash.of(utf8("a"))));
        int a = then.child(0, utf8("a"));
        assertThat(then.children(a)).isEqualTo(5000);
        for (int node = then.first(a); node != View.NONE; node = then.next(node)) {
            assertThat(then.number(node)).isEqualTo(1);
        }
        View others = snapshot.shards().get(tree.shardOf(KeyHash.of(utf8("s"))));
        assertThat(((Sketch) others.cell(others.child(0, utf8("s"))).orElseThrow()).count())
                .isEqualTo(5000);
        snapshot.close();
        assertThat(numbers(tree)).containsEntry("a,n4999", 2.0).containsEntry("a,n5000", 1.0);
    }

    @Test
    void tooManyChildrenFoldWithTheRestOfTheirPathKept() {
        MetricTree small = tree(Policy.OPEN.withMaxChildren(3));
        for (int i = 0; i < 100; i++) {
            var batch = new Batch();
            batch.add(1, "url", "/" + i, "hits");
            batch.add(10, "url", "/" + i, "bytes");
            small.merge(batch);
        }
        assertThat(numbers(small))
                .hasSize(8)
                .containsEntry("url,~other,hits", 97.0)
                .containsEntry("url,~other,bytes", 970.0);
        small.reportSelf();
        try (TreeSnapshot snapshot = small.snapshot()) {
            View view = snapshot.shards().get(small.shardOf(KeyHash.of(utf8("~tree"))));
            int folds = view.child(view.child(view.child(0, utf8("~tree")), utf8("folds")), utf8("children"));
            assertThat(view.number(folds)).isEqualTo(97 * 2);
            assertThat(view.markers(folds).orElseThrow().newest().text()).startsWith("url,/");
        }
    }

    @Test
    void tooManyLeavesAndTopLevelNamesFoldWithExactTotals() {
        MetricTree small = tree(Policy.OPEN.withMaxLeaves(50));
        var random = new Random(1);
        double sum = 0;
        for (int i = 0; i < 20_000; i++) {
            var batch = new Batch();
            batch.add(1, "t" + random.nextInt(200), "x" + random.nextInt(1000), "y" + random.nextInt(1000));
            small.merge(batch);
            sum++;
        }
        Map<String, Double> all = numbers(small);
        assertThat(all.values().stream().mapToDouble(v -> v).sum()).isEqualTo(sum);
        assertThat(small.leaves()).isLessThan(104L * (50 + Shard.OTHER_LEAVES + 1) + 10);
    }

    @Test
    void expiredLeavesFoldAndTheirNodesAndNamesAreUsedAgain() {
        MetricTree brief = tree(Policy.OPEN.withTtl(Duration.ofMinutes(1)));
        long nodes = 0;
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 1000; i++) {
                var batch = new Batch();
                batch.add(1, "url", "r" + round + "-" + i, "hits");
                brief.merge(batch);
            }
            clock.advance(Duration.ofMinutes(2));
            for (int i = 0; i < 4; i++) {
                brief.sweep();
            }
            nodes = Math.max(nodes, brief.nodes());
        }
        assertThat(numbers(brief)).isEqualTo(Map.of("url,~other,hits", 50_000.0));
        assertThat(brief.leaves()).isEqualTo(1);
        assertThat(nodes).isLessThan(3000);
        try (TreeSnapshot snapshot = brief.snapshot()) {
            assertThat(snapshot.shards().stream().mapToInt(view -> view.size).sum())
                    .isLessThan(4000);
            assertThat(snapshot.shards().stream()
                            .mapToInt(view -> view.keys.length)
                            .sum())
                    .isLessThan(8);
        }
    }

    @Test
    void aGaugeThatExpiresLeavesNoGhost() {
        MetricTree brief = tree(Policy.OPEN.withTtl(Duration.ofMinutes(1)));
        var batch = new Batch();
        batch.hint(Action.LAST);
        batch.add(5, "host", "a", "load");
        brief.merge(batch);
        clock.advance(Duration.ofMinutes(2));
        for (int i = 0; i < 5; i++) {
            brief.sweep();
        }
        assertThat(numbers(brief)).isEmpty();
        assertThat(brief.leaves()).isZero();
        assertThat(brief.nodes()).isEqualTo(4); // the four roots
    }

    @Test
    void numbersThatAreNoneAreRefused() {
        assertThatThrownBy(() -> new Batch().number(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sketchQuantilesAreWithinOnePercent() {
        var sketch = new Sketch();
        for (int i = 1; i <= 100_000; i++) {
            sketch.add(i / 1000.0);
        }
        for (double q : new double[] {0.01, 0.5, 0.9, 0.99, 0.999}) {
            assertThat(sketch.quantile(q)).isCloseTo(q * 100, within(q * 1.02));
        }
    }

    @Test
    void uniqueEstimatesAreClose() {
        for (int n : new int[] {10, 400, 600, 10_000, 1_000_000}) {
            var unique = new Unique();
            for (int i = 0; i < n; i++) {
                unique.add("v" + i);
                unique.add("v" + i);
            }
            assertThat((double) unique.estimate()).isCloseTo(n, within(n * 0.06 + 1));
        }
    }

    @Test
    void topNeverCountsTooLittleAndKnowsHowMuchTooMuch() {
        var top = new Top(50);
        var truth = new TreeMap<String, Long>();
        var random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            String item = "i" + (int) Math.abs(random.nextGaussian() * 100);
            top.add(item, 1);
            truth.merge(item, 1L, Long::sum);
        }
        assertThat(top.total()).isEqualTo(100_000);
        for (Top.Item item : top.top(20)) {
            assertThat(item.count()).isGreaterThanOrEqualTo(truth.get(item.name()));
            assertThat(item.count() - item.error()).isLessThanOrEqualTo(truth.get(item.name()));
        }
    }
}
