package io.espalier.metrics.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.bytes.BytesIn;
import io.espalier.metrics.bytes.BytesOut;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeImageTest {
    @TempDir
    Path dir;

    private final MutableClock clock = MutableClock.fixed();

    private static TreeSettings settings(int shards, Policy root) {
        return new TreeSettings(shards, root, 1000);
    }

    private Path save(MetricTree tree) throws IOException {
        Path file = dir.resolve("image");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            TreeImage.write(tree, channel);
        }
        return file;
    }

    private MetricTree load(Path file, TreeSettings settings) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return TreeImage.read(channel, settings, clock);
        }
    }

    /** Everything that can be told apart about each leaf. */
    private static TreeMap<String, String> state(MetricTree tree) {
        var all = new TreeMap<String, String>();
        try (TreeSnapshot snapshot = tree.snapshot()) {
            for (View view : snapshot.shards()) {
                for (int node = 1; node < view.size; node++) {
                    if (view.isLeaf(node)) {
                        String cell = view.cell(node)
                                .map(held -> {
                                    var out = new BytesOut(64);
                                    held.write(out);
                                    return held + " " + out.size();
                                })
                                .orElse("");
                        all.put(
                                Paths.of(view, node),
                                view.action(node) + " " + view.raw(node) + " " + view.aux(node) + " "
                                        + view.markers(node) + " " + view.touched(node) + " " + cell);
                    }
                }
            }
        }
        return all;
    }

    private MetricTree varied(int shards) {
        var tree = new MetricTree(settings(shards, Policy.OPEN), clock);
        var random = new Random(7);
        for (Action action : Action.values()) {
            var batch = new Batch();
            for (int i = 0; i < 3000; i++) {
                batch.hint(action);
                batch.add(
                        i % 3 == 0 ? random.nextInt(100) : random.nextGaussian() * 1e6,
                        action.word() + i % 7,
                        "h" + random.nextInt(20),
                        "ü" + random.nextInt(9));
            }
            batch.enter("marked" + action.word());
            batch.text("deployed, 42 % done");
            batch.number(-0.0);
            batch.enter("below a leaf");
            batch.number(1e300);
            batch.leave();
            batch.leave();
            tree.merge(batch);
            clock.advance(Duration.ofSeconds(17));
        }
        return tree;
    }

    @Test
    void theTreeComesBackWithEveryActionMarkerAndTime() throws IOException {
        MetricTree tree = varied(4);
        MetricTree back = load(save(tree), settings(4, Policy.OPEN));
        assertThat(state(back)).isEqualTo(state(tree)).hasSizeGreaterThan(5000);
        assertThat(back.leaves()).isEqualTo(tree.leaves());
        assertThat(back.nodes()).isEqualTo(tree.nodes());
    }

    @Test
    void theNumberOfShardsMayChange() throws IOException {
        MetricTree tree = varied(8);
        assertThat(state(load(save(tree), settings(1, Policy.OPEN)))).isEqualTo(state(tree));
        assertThat(state(load(save(tree), settings(16, Policy.OPEN)))).isEqualTo(state(tree));
    }

    @Test
    void mergingGoesOnAsIfNothingHadHappened() throws IOException {
        MetricTree tree = varied(4);
        MetricTree back = load(save(tree), settings(4, Policy.OPEN));
        for (MetricTree each : List.of(tree, back)) {
            var batch = new Batch();
            for (int i = 0; i < 500; i++) {
                batch.add(i, "sketch" + i % 7, "h" + i % 20, "ü" + i % 9);
                batch.add(i, "average" + i % 7, "h" + i % 20, "ü" + i % 9);
                batch.add(i, "top" + i % 7, "h" + i % 20, "ü" + i % 9);
                batch.add(i, "new", "n" + i);
            }
            each.merge(batch);
        }
        assertThat(state(back)).isEqualTo(state(tree));
        assertThat(back.leaves()).isEqualTo(tree.leaves());
    }

    @Test
    void policiesAreKeptAndTheirQuotasHold() throws IOException {
        Policy root = Policy.OPEN.withMaxLeaves(100);
        var tree = new MetricTree(settings(4, root), clock);
        tree.setPolicy(List.of("a", "b"), Policy.OPEN.with(Action.MAX).withMaxLeaves(10));
        var batch = new Batch();
        for (int i = 0; i < 30; i++) {
            batch.add(i, "a", "b", "n" + i);
        }
        tree.merge(batch);
        MetricTree back = load(save(tree), settings(4, root));
        back.merge(batch);
        tree.merge(batch);
        assertThat(state(back)).isEqualTo(state(tree));
        assertThat(state(back).get("a,b,~other")).startsWith("Optional[MAX] 29.0");
        // What nobody set for a subtree follows today's settings.
        MetricTree wider = load(save(tree), settings(4, root.withMaxLeaves(1000)));
        var more = new Batch();
        for (int i = 0; i < 500; i++) {
            more.add(i, "a", "n" + i);
        }
        wider.merge(more);
        assertThat(wider.leaves()).isGreaterThan(500);
        assertThat(state(wider)).containsKey("a,n499").doesNotContainKey("a,~other");
    }

    @Test
    void whatWasPushedBeforeIsInItWhileMergingGoesOn() throws Exception {
        var tree = new MetricTree(settings(2, Policy.OPEN), clock);
        var pushed = new AtomicInteger();
        var writer = Thread.ofPlatform().start(() -> {
            var batch = new Batch();
            for (int i = 0; i < 2000; i++) {
                batch.clear();
                for (int leaf = 0; leaf < 100; leaf++) {
                    batch.add(1, "x", "n" + leaf);
                    batch.add(1, "y", "n" + leaf);
                }
                tree.merge(batch);
                pushed.incrementAndGet();
            }
        });
        for (int i = 0; i < 6; i++) {
            int before = pushed.get();
            Path file = save(tree);
            int after = pushed.get();
            for (double sum : sums(load(file, settings(2, Policy.OPEN)))) {
                assertThat(sum).isBetween(before * 100.0, (after + 1) * 100.0);
            }
        }
        writer.join();
        assertThat(sums(load(save(tree), settings(2, Policy.OPEN)))).containsExactly(200_000, 200_000);
    }

    private static double[] sums(MetricTree tree) {
        var sums = new double[2];
        MetricTreeTest.numbers(tree).forEach((key, value) -> sums[key.startsWith("x") ? 0 : 1] += value);
        return sums;
    }

    @Test
    void anyDamageIsNoticed() throws IOException {
        Path file = save(varied(4));
        byte[] good = Files.readAllBytes(file);
        var random = new Random(3);
        for (int i = 0; i < 200; i++) {
            byte[] bad = good.clone();
            int at = random.nextInt(bad.length);
            bad[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bad);
            assertThatThrownBy(() -> load(file, settings(4, Policy.OPEN)))
                    .as("a bit at " + at)
                    .isInstanceOf(IOException.class);
        }
        for (int length : new int[] {0, 7, 24, good.length / 2, good.length - 1}) {
            Files.write(file, java.util.Arrays.copyOf(good, length));
            assertThatThrownBy(() -> load(file, settings(4, Policy.OPEN))).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatASketchGotSinceAnEarlierCopyIsADistributionOfItsOwn() throws IOException {
        var sketch = new Sketch();
        for (int i = 0; i < 1000; i++) {
            sketch.add(i);
        }
        Sketch before = Sketch.read(new BytesIn(bytes(sketch)));
        assertThat(before.quantile(0.5)).isEqualTo(sketch.quantile(0.5));
        for (int i = 0; i < 100; i++) {
            sketch.add(5000);
        }
        Sketch since = sketch.since(before);
        assertThat(since.count()).isEqualTo(100);
        assertThat(since.quantile(0.5)).isBetween(4950.0, 5050.0);
        assertThat(since.sum()).isEqualTo(500_000);
        assertThat(Optional.of(sketch.since(sketch).count())).contains(0L);
    }

    private static byte[] bytes(Sketch sketch) {
        var out = new BytesOut(64);
        sketch.write(out);
        return out.copy();
    }
}
