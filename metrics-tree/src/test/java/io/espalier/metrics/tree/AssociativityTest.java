package io.espalier.metrics.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.MutableClock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** Whatever the order, the grouping or the way: the same values give the same tree. */
class AssociativityTest {
    private final MutableClock clock = MutableClock.fixed();

    private MetricTree tree(int shards) {
        return new MetricTree(new TreeSettings(shards, Policy.OPEN, 1000), clock);
    }

    private List<Batch> pushes(Random random) {
        var batches = new ArrayList<Batch>();
        for (int i = 0; i < 400; i++) {
            var batch = new Batch();
            for (int k = random.nextInt(8); k >= 0; k--) {
                Action action = Action.values()[random.nextInt(Action.values().length)];
                batch.hint(action);
                batch.stamp(1_000_000 + random.nextInt(1000));
                String[] path = {"p" + random.nextInt(3), action.word(), "n" + random.nextInt(5)};
                for (String name : path) {
                    batch.enter(name);
                }
                if (random.nextInt(10) == 0) {
                    batch.text("text" + random.nextInt(40));
                } else {
                    batch.number(random.nextInt(2000) - 1000);
                }
                for (int j = 0; j < path.length; j++) {
                    batch.leave();
                }
            }
            batches.add(batch);
        }
        return batches;
    }

    private static Map<String, String> all(MetricTree tree) {
        var all = new TreeMap<String, String>();
        try (TreeSnapshot snapshot = tree.snapshot()) {
            for (View view : snapshot.shards()) {
                for (int node = 1; node < view.size; node++) {
                    if (view.isLeaf(node)) {
                        all.put(
                                Paths.of(view, node),
                                view.action(node) + " " + view.raw(node) + " " + view.aux(node) + " " + view.cell(node)
                                        + " " + view.markers(node));
                    }
                }
            }
        }
        return all;
    }

    /** What a relay sends on: each leaf as one state. */
    private static Batch states(MetricTree tree) {
        var batch = new Batch();
        try (TreeSnapshot snapshot = tree.snapshot()) {
            for (View view : snapshot.shards()) {
                for (int node = 1; node < view.size; node++) {
                    if (!view.isLeaf(node)) {
                        continue;
                    }
                    var names = new ArrayList<String>();
                    for (int n = node; n != 0; n = view.parent(n)) {
                        names.add(view.text(n));
                    }
                    Collections.reverse(names);
                    names.forEach(batch::enter);
                    if (view.cell(node).isPresent()) {
                        batch.cell(view.cell(node).get());
                    } else if (view.hasValue(node)) {
                        batch.state(view.action(node).orElseThrow(), view.raw(node), view.aux(node));
                    }
                    view.markers(node)
                            .ifPresent(markers -> markers.list().forEach(marker -> {
                                batch.stamp(marker.millis());
                                batch.text(marker.text());
                            }));
                    names.forEach(_ -> batch.leave());
                }
            }
        }
        return batch;
    }

    @RepeatedTest(20)
    void parallelSerialAndRelayedMergesGiveTheSameTree(RepetitionInfo repetition) throws Exception {
        var random = new Random(repetition.getCurrentRepetition());
        List<Batch> pushes = pushes(random);
        MetricTree serial = tree(1);
        pushes.forEach(serial::merge);

        MetricTree shuffled = tree(4);
        var otherOrder = new ArrayList<>(pushes);
        Collections.shuffle(otherOrder, random);
        otherOrder.forEach(shuffled::merge);

        MetricTree parallel = tree(4);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(pushes.stream()
                    .<Callable<Void>>map(push -> () -> {
                        parallel.merge(push);
                        return null;
                    })
                    .toList())) {
                done.get();
            }
        }

        MetricTree upstream = tree(2);
        List<MetricTree> relays = List.of(tree(1), tree(2), tree(4));
        for (Batch push : pushes) {
            relays.get(random.nextInt(3)).merge(push);
        }
        MetricTree middle = tree(2);
        middle.merge(states(relays.get(2)));
        middle.merge(states(relays.get(0)));
        upstream.merge(states(relays.get(1)));
        upstream.merge(states(middle));

        assertThat(all(shuffled)).isEqualTo(all(serial));
        assertThat(all(parallel)).isEqualTo(all(serial));
        assertThat(all(upstream)).isEqualTo(all(serial));
    }
}
