package io.espalier.metrics.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever dies, is lost or comes twice between: what was promised is in the tree at the end, once. */
class RelayPropertyTest {
    private static final long SPOOL = 64 << 20;

    @TempDir
    Path dir;

    private static Batch push(Random random) {
        var batch = new Batch();
        for (int k = random.nextInt(6); k >= 0; k--) {
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
        return batch;
    }

    private void run(long seed, int steps) throws Exception {
        var random = new Random(seed);
        var net = new RelayNet(dir.resolve("run" + seed), random);
        java.nio.file.Files.createDirectories(dir.resolve("run" + seed));
        RelayNet.Root root = net.new Root("root");
        RelayNet.Hop middle = net.new Hop("middle", SPOOL, Map.of("root", root));
        var hops = new ArrayList<RelayNet.Hop>(List.of(middle));
        for (int i = 0; i < 3; i++) {
            hops.add(net.new Hop("edge" + i, SPOOL, Map.of("up", i == 2 ? root : middle)));
        }
        for (int step = 0; step < steps; step++) {
            RelayNet.Hop hop = hops.get(random.nextInt(hops.size()));
            net.clock.advance(Duration.ofMillis(random.nextInt(50)));
            switch (random.nextInt(20)) {
                case 0 -> root.checkpoint();
                case 1 -> root.kill();
                case 2 -> hop.kill();
                case 3, 4, 5, 6, 7, 8 -> hop.push(push(random));
                case 9, 10, 11, 12 -> hop.settle();
                default -> hop.send();
            }
        }
        net.calm();
        hops.forEach(RelayNet.Hop::ask);
        boolean isBusy = true;
        for (int round = 0; isBusy; round++) {
            assertThat(round).as("rounds until all is quiet").isLessThan(1000);
            isBusy = false;
            for (RelayNet.Hop hop : hops) {
                hop.settle();
                isBusy |= hop.send();
            }
        }
        assertThat(net.promised()).isGreaterThan(steps / 10);
        assertThat(RelayNet.all(root.tree())).isEqualTo(RelayNet.all(net.serial()));
        // And so it stays, whoever starts again.
        root.checkpoint();
        root.kill();
        for (RelayNet.Hop hop : hops) {
            hop.kill();
            hop.send();
        }
        assertThat(RelayNet.all(root.tree())).isEqualTo(RelayNet.all(net.serial()));
    }

    @RepeatedTest(25)
    void killsDuplicatesAndLossesOnTheWayChangeNothing(RepetitionInfo repetition) throws Exception {
        run(repetition.getCurrentRepetition(), 600);
    }

    @Test
    @Tag("long")
    void noneOfManyLongerHistoriesChangesAnything() throws Exception {
        for (long seed = 1000; seed < 1400; seed++) {
            run(seed, 2000);
        }
    }
}
