package io.espalier.metrics.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.Result;
import io.espalier.metrics.query.Value;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Policy;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
    private static final TreeSettings SETTINGS = new TreeSettings(2, Policy.OPEN, 100);
    private static final Duration NEVER = Duration.ofDays(1);

    @TempDir
    Path dir;

    private final MutableClock clock = MutableClock.fixed();

    private static void add(MetricTree tree, double value) {
        var batch = new Batch();
        batch.add(value, "a", "b");
        tree.merge(batch);
    }

    private static List<Result> get(MetricTree tree, String key) {
        return new Queries(tree, Budget.USUAL).run(Query.parse(key));
    }

    @Test
    void closingWritesWhatTheNextStartBeginsWith() throws IOException {
        try (DataFolder folder = DataFolder.open(dir)) {
            MetricTree tree = Checkpoints.restore(folder, SETTINGS, clock);
            assertThat(tree.leaves()).isZero();
            var checkpoints = new Checkpoints(tree, folder, NEVER);
            add(tree, 5);
            checkpoints.close();
            assertThat(get(Checkpoints.restore(folder, SETTINGS, clock), "a"))
                    .containsExactly(new Result("a,b", new Value.Scalar(5)));
        }
    }

    @Test
    void aDamagedOneIsPutAsideAndTheOneBeforeTaken() throws IOException {
        try (DataFolder folder = DataFolder.open(dir)) {
            MetricTree tree = Checkpoints.restore(folder, SETTINGS, clock);
            try (var checkpoints = new Checkpoints(tree, folder, NEVER)) {
                add(tree, 1);
                checkpoints.save();
                add(tree, 1);
            }
            Path current = folder.file("tree.checkpoint");
            byte[] bytes = Files.readAllBytes(current);
            bytes[bytes.length / 2] ^= 1;
            Files.write(current, bytes);

            MetricTree back = Checkpoints.restore(folder, SETTINGS, clock);
            assertThat(get(back, "a")).containsExactly(new Result("a,b", new Value.Scalar(1)));
            assertThat(get(back, "~tree,drops,checkpoint").getFirst().value()).isEqualTo(new Value.Scalar(1));
            assertThat(folder.file("tree.checkpoint.bad")).exists();

            Files.write(folder.file("tree.checkpoint.old"), new byte[30]);
            assertThat(get(Checkpoints.restore(folder, SETTINGS, clock), "a")).isEmpty();
        }
    }

    @Test
    void aCrashBetweenTheRenamesLeavesOneToStartFrom() throws IOException {
        try (DataFolder folder = DataFolder.open(dir)) {
            MetricTree tree = Checkpoints.restore(folder, SETTINGS, clock);
            add(tree, 3);
            new Checkpoints(tree, folder, NEVER).close();
            Files.move(folder.file("tree.checkpoint"), folder.file("tree.checkpoint.old"));
            Files.write(folder.file("tree.checkpoint.fresh.new"), new byte[10]);
            assertThat(get(Checkpoints.restore(folder, SETTINGS, clock), "a"))
                    .containsExactly(new Result("a,b", new Value.Scalar(3)));
        }
    }

    @Test
    void oneProcessAtATime() throws IOException {
        try (DataFolder folder = DataFolder.open(dir)) {
            assertThatThrownBy(() -> DataFolder.open(dir)).hasMessageContaining("used by another process");
            assertThat(folder.path()).isEqualTo(dir);
        }
        DataFolder.open(dir).close();
    }
}
