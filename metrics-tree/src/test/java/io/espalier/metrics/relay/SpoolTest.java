package io.espalier.metrics.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.Result;
import io.espalier.metrics.query.Value;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on disk between a relay and its upstreams. */
class SpoolTest {
    private static final long LARGE = 64 << 20;

    @TempDir
    Path dir;

    private RelayNet net;

    @BeforeEach
    void wire() {
        net = new RelayNet(dir, new Random(1));
        net.calm();
    }

    private static Batch one(String... path) {
        var batch = new Batch();
        batch.add(1, path);
        return batch;
    }

    /** Random bytes as names: nothing for a compressor. */
    private static Batch noise(Random random, int leaves) {
        var batch = new Batch();
        for (int i = 0; i < leaves; i++) {
            batch.add(1, "noise", Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong()));
        }
        return batch;
    }

    private static double number(MetricTree tree, String key) {
        tree.reportSelf();
        List<Result> results = new Queries(tree, Budget.USUAL).run(Query.parse(key));
        return results.stream()
                .mapToDouble(result -> result.value() instanceof Value.Scalar(double value) ? value : 0)
                .sum();
    }

    @Test
    void theLongestKeyDecidesWhereALeafGoes() throws Exception {
        RelayNet.Root main = net.new Root("main");
        RelayNet.Root west = net.new Root("west");
        RelayNet.Hop hop = net
        .new Hop(
                "hop",
                Map.of(
                        List.of("web"), Set.of("main"),
                        List.of("web", "w1"), Set.of("main", "west"),
                        List.of("web", "w2"), Set.of()),
                LARGE,
                Map.of("main", main, "west", west));
        hop.push(one("web", "x"));
        hop.push(one("web", "w1"));
        hop.push(one("web", "w1", "y"));
        hop.push(one("web", "w2", "y"));
        hop.push(one("other"));
        hop.settle();
        hop.send();
        assertThat(RelayNet.all(main.tree())).containsOnlyKeys("web,x", "web,w1", "web,w1,y");
        assertThat(RelayNet.all(west.tree())).containsOnlyKeys("web,w1", "web,w1,y");
        assertThat(number(hop.tree(), "~tree,relay,unrouted")).isEqualTo(1);
    }

    @Test
    void withoutRoomTheOldestGoesAndBothEndsCountIt() throws Exception {
        RelayNet.Root root = net.new Root("root");
        RelayNet.Hop hop = net.new Hop("hop", 1 << 20, Map.of("root", root));
        hop.push(one("first"));
        hop.settle();
        hop.send();
        var random = new Random(2);
        for (int i = 0; i < 100; i++) {
            hop.push(noise(random, 1000));
            hop.settle();
        }
        hop.push(one("last"));
        hop.settle();
        try (Stream<Path> files = Files.list(hop.folder())) {
            assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isLessThan((1 << 20) + (1 << 18));
        }
        while (hop.send()) {
            hop.settle();
        }
        assertThat(RelayNet.all(root.tree())).containsKeys("first", "last");
        double arrived = number(root.tree(), "noise,*|count");
        double lost = number(root.tree(), "~tree,relay,lost-leaves");
        assertThat(lost).isPositive();
        assertThat(arrived + lost).isEqualTo(100_000);
        assertThat(number(root.tree(), "~tree,relay,lost-parcels")).isPositive();
        assertThat(number(hop.tree(), "~tree,drops,relay-spool")).isPositive();
    }

    @Test
    void anUpstreamThatForgetsWhatItHadGetsItAgain() throws Exception {
        RelayNet.Root root = net.new Root("root");
        RelayNet.Hop hop = net.new Hop("hop", LARGE, Map.of("root", root));
        for (int i = 0; i < 50; i++) {
            hop.push(one("n"));
            hop.settle();
            hop.send();
            if (i == 20) {
                root.checkpoint();
            }
        }
        root.kill();
        assertThat(number(root.tree(), "n")).isEqualTo(21);
        hop.kill();
        hop.send();
        assertThat(number(root.tree(), "n")).isEqualTo(50);
    }

    @Test
    void aCopyOfASpoolIsNoticed() throws Exception {
        RelayNet.Root root = net.new Root("root");
        RelayNet.Hop hop = net.new Hop("hop", LARGE, Map.of("root", root));
        hop.push(one("n"));
        hop.settle();
        hop.send();
        Files.createDirectory(dir.resolve("copy"));
        for (Path segment : hop.segments()) {
            Files.copy(segment, dir.resolve("copy").resolve(segment.getFileName()));
        }
        hop.push(one("n"));
        hop.settle();
        hop.send();
        var tree = new MetricTree(RelayNet.settings(1), net.clock);
        var conf = new RelayConf(
                Map.of("root", new RelayConf.Target(java.net.URI.create("http://root"))),
                Map.of(List.of(), Set.of("root")),
                LARGE);
        try (Relay copy = Relay.open(tree, conf, dir.resolve("copy"), java.time.Duration.ofSeconds(1))) {
            Forwarder forwarder = copy.forwarder("root", (sender, shipment) -> root.take(sender, shipment.write()));
            assertThatThrownBy(forwarder::step)
                    .isInstanceOf(Upstream.HistoryException.class)
                    .hasMessageContaining("an old copy, or used twice");
            tree.merge(one("m"));
            assertThat(copy.round()).isTrue();
            forwarder.forgetGreeting();
            assertThatThrownBy(forwarder::step).isInstanceOf(Upstream.HistoryException.class);
        }
        assertThat(number(root.tree(), "n")).isEqualTo(2);
    }

    @Test
    void damageInTheMiddleCostsWhatIsDamagedAndIsCounted() throws Exception {
        RelayNet.Root root = net.new Root("root");
        RelayNet.Hop hop = net.new Hop("hop", LARGE, Map.of("root", root));
        for (int start = 0; start < 4; start++) {
            for (int i = 0; i < 10; i++) {
                hop.push(one("n", start + "-" + i));
                hop.settle();
            }
            hop.relay().abandon();
            hop.start();
        }
        Path second = hop.segments().get(1);
        byte[] bytes = Files.readAllBytes(second);
        bytes[bytes.length / 2] ^= 1;
        hop.relay().abandon();
        Files.write(second, bytes);
        hop.start();
        hop.send();
        hop.send();
        double arrived = number(root.tree(), "n,*|count");
        assertThat(arrived).isBetween(30.0, 39.0);
        assertThat(RelayNet.all(root.tree())).containsKeys("n,0-9", "n,2-0", "n,3-9");
        assertThat(arrived + number(root.tree(), "~tree,relay,lost-leaves")).isEqualTo(40);
        assertThat(number(hop.tree(), "~tree,drops,spool")).isPositive();
    }

    @Test
    void whatTheDiskDidNotTakeWaitsAndCountsOnce() throws Exception {
        RelayNet.Root root = net.new Root("root");
        RelayNet.Hop hop = net.new Hop("hop", LARGE, Map.of("root", root));
        hop.push(one("n"));
        assertThat(hop.settle()).isTrue();
        // A spool whose file is closed under it takes nothing, as a full disk does; and then neither does its folder.
        Path away = dir.resolve("away");
        Files.move(hop.folder(), away);
        hop.relay().abandon();
        hop.push(one("n"));
        assertThat(hop.settle()).isFalse();
        hop.push(one("n"));
        assertThat(hop.settle()).isFalse();
        Files.move(away, hop.folder());
        assertThat(hop.settle()).isTrue();
        assertThat(number(hop.tree(), "~tree,drops,spool-write")).isEqualTo(2);
        hop.kill();
        hop.send();
        assertThat(number(root.tree(), "n")).isEqualTo(3);
    }

    @Test
    void anyCutAndAnyNoiseAtTheEndLeavesWhatWasWholeBefore() throws Exception {
        RelayNet.Root root = net.new Root("root");
        RelayNet.Hop hop = net.new Hop("hop", LARGE, Map.of("root", root));
        var sizes = new ArrayList<Long>();
        for (int i = 0; i < 5; i++) {
            hop.push(one("n"));
            hop.settle();
            sizes.add(Files.size(hop.segments().getLast()));
        }
        hop.relay().abandon();
        Path segment = hop.segments().getLast();
        byte[] whole = Files.readAllBytes(segment);
        Set<String> upstreams = Set.of("root");
        for (int cut = (int) (long) sizes.get(1); cut <= whole.length; cut++) {
            Path folder = Files.createDirectory(dir.resolve("cut" + cut));
            byte[] torn = Arrays.copyOf(whole, cut);
            Files.write(folder.resolve(segment.getFileName()), torn);
            if (cut % 3 == 0) {
                Files.write(
                        folder.resolve(segment.getFileName()),
                        new byte[] {0, 0, 0, 9, 1, 2},
                        StandardOpenOption.APPEND);
            }
            int there = cut;
            long expected = sizes.stream().filter(size -> size <= there).count();
            try (Spool spool = Spool.open(folder, LARGE, upstreams, (reason, sample) -> {})) {
                assertThat(spool.end("root").number()).as("cut at " + cut).isEqualTo(expected);
                assertThat(spool.after("root", 0, 1 << 20)).hasSize((int) expected);
            }
        }
    }

    @Test
    void hostileParcelsChangeNothing() throws IOException {
        var tree = new MetricTree(RelayNet.settings(2), net.clock);
        var courier = new Courier(tree);
        var from = new MetricTree(RelayNet.settings(2), net.clock);
        from.forward();
        var writer = new io.espalier.metrics.tree.DeltaWriter();
        var batch = new Batch();
        for (var action : io.espalier.metrics.tree.Action.values()) {
            batch.hint(action);
            batch.add(5, action.word(), "x");
            batch.enter(action.word());
            batch.text("marker");
            batch.leave();
        }
        from.merge(batch);
        from.drain((view, node) -> List.of(writer));
        byte[] good = writer.bytes();
        var random = new Random(5);
        Map<String, String> empty = RelayNet.all(tree);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(good.length) + 1);
            for (int k = random.nextInt(4); k >= 0; k--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            byte[] bytes = Parcel.write(1, 0, 1, 0, 0, Parcel.deflate(bad));
            // Each from a sender of its own, so that whatever is sound is merged.
            String sender = String.format("%032x", i % 5000);
            try {
                courier.take(sender, new Shipment.Item(0, Parcel.of(bytes)), bad);
            } catch (io.espalier.metrics.bytes.BadBytesException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(1000);
        assertThat(empty).isEmpty();
        tree.reportSelf();
        assertThat(number(tree, "~tree,drops,bad-parcel")).isEqualTo(refused);
    }
}
