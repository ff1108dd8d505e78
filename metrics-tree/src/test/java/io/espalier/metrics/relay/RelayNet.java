package io.espalier.metrics.relay;

import io.espalier.metrics.bytes.BytesOut;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.Ledger;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Paths;
import io.espalier.metrics.tree.Policy;
import io.espalier.metrics.tree.TreeImage;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.metrics.tree.TreeSnapshot;
import io.espalier.metrics.tree.View;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Relays and the tree they lead to, in one process, over a wire that loses, doubles and delays. */
final class RelayNet {
    final MutableClock clock = MutableClock.fixed();
    private final Random random;
    private final Path dir;

    /** Pushes that somebody was promised, with the time they came. */
    private final List<Pushed> promised = new ArrayList<>();

    record Pushed(Instant at, Batch batch) {}

    /** Whoever takes parcels. */
    abstract static class Node {
        abstract MetricTree tree();

        Standing take(String sender, byte[] body) throws IOException {
            var courier = new Courier(tree());
            for (Shipment.Item item : Shipment.read(body).items()) {
                byte[] delta = item.parcel().delta().readAllBytes();
                Ledger.Outcome outcome = courier.take(sender, item, delta);
                if (outcome == Ledger.Outcome.OTHER_HISTORY) {
                    throw new Upstream.HistoryException("another history");
                }
                if (outcome == Ledger.Outcome.OUT_OF_ORDER) {
                    break;
                }
            }
            return courier.standing(sender);
        }
    }

    /** The tree at the end, which is killed and starts again from its last checkpoint. */
    final class Root extends Node {
        private final Path image;
        private MetricTree tree;

        Root(String name) throws IOException {
            image = dir.resolve(name + ".image");
            tree = new MetricTree(settings(2), clock);
            tree.ledger().keep();
            checkpoint();
        }

        @Override
        MetricTree tree() {
            return tree;
        }

        void checkpoint() throws IOException {
            Path fresh = dir.resolve("fresh");
            try (FileChannel file = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                Map<String, Ledger.Mark> marks = TreeImage.write(tree, file);
                Files.move(fresh, image, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                tree.ledger().durable(marks);
            }
        }

        void kill() throws IOException {
            try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ)) {
                tree = TreeImage.read(file, settings(4), clock);
            }
            tree.ledger().keep();
        }
    }

    /** A relay, which is killed and starts again from its spool. */
    final class Hop extends Node {
        private final Path folder;
        private final RelayConf conf;
        private final Map<String, Node> to;
        private final List<Forwarder> forwarders = new ArrayList<>();
        private final List<Pushed> unsettled = new ArrayList<>();
        private MetricTree tree;
        private Relay relay;

        Hop(String name, long spool, Map<String, Node> to) throws IOException {
            this(name, Map.of(List.of(), to.keySet()), spool, to);
        }

        Hop(String name, Map<List<String>, Set<String>> routes, long spool, Map<String, Node> to) throws IOException {
            folder = dir.resolve(name);
            var urls = new TreeMap<String, RelayConf.Target>();
            to.keySet().forEach(upstream -> urls.put(upstream, new RelayConf.Target(URI.create("http://" + upstream))));
            conf = new RelayConf(urls, routes, spool);
            this.to = to;
            start();
        }

        void start() throws IOException {
            tree = new MetricTree(settings(1 << random.nextInt(3)), clock);
            relay = Relay.open(tree, conf, folder, Duration.ofSeconds(1));
            forwarders.clear();
            to.forEach((name, node) -> forwarders.add(relay.forwarder(name, new Wire(node))));
            unsettled.clear();
        }

        @Override
        MetricTree tree() {
            return tree;
        }

        Relay relay() {
            return relay;
        }

        void push(Batch batch) {
            tree.merge(batch);
            unsettled.add(new Pushed(clock.instant(), batch));
        }

        /** What {@code sync=1} waits for: from here on it is promised. */
        boolean settle() {
            boolean isDone = relay.round();
            if (isDone) {
                promised.addAll(unsettled);
                unsettled.clear();
            }
            return isDone;
        }

        /** Answers whether it may have more to send. */
        boolean send() throws InterruptedException {
            boolean isBusy = false;
            for (Forwarder forwarder : forwarders) {
                try {
                    isBusy |= forwarder.step();
                } catch (IOException e) {
                    forwarder.forgetGreeting();
                    isBusy = true;
                }
            }
            return isBusy;
        }

        /** As each one does every two seconds: asks where its upstreams stand. */
        void ask() {
            forwarders.forEach(Forwarder::forgetGreeting);
        }

        /** Without a word; now and then in the middle of a write. */
        void kill() throws IOException {
            relay.abandon();
            if (random.nextBoolean()) {
                tear();
            }
            start();
        }

        private void tear() throws IOException {
            Path last = segments().getLast();
            byte[] held = Files.readAllBytes(last);
            int from = random.nextInt(held.length);
            int length = random.nextInt(held.length - from) + 1;
            Files.write(last, java.util.Arrays.copyOfRange(held, from, from + length), StandardOpenOption.APPEND);
        }

        List<Path> segments() throws IOException {
            try (Stream<Path> files = Files.list(folder)) {
                return files.filter(file -> file.toString().endsWith(".spool"))
                        .sorted()
                        .toList();
            }
        }

        Path folder() {
            return folder;
        }
    }

    /** Loses requests, loses answers, doubles, and brings old requests again. */
    private final class Wire implements Upstream {
        private final Node node;
        private final List<byte[]> old = new ArrayList<>();

        Wire(Node node) {
            this.node = node;
        }

        @Override
        public Standing post(String sender, Shipment shipment) throws IOException {
            byte[] body = shipment.write();
            if (chance(10)) {
                throw new IOException("the request was lost");
            }
            if (chance(5) && !old.isEmpty()) {
                try {
                    node.take(sender, old.get(random.nextInt(old.size())));
                } catch (HistoryException e) {
                    // Told to whoever sent it long ago.
                    old.clear();
                }
            }
            if (chance(5)) {
                node.take(sender, body);
            }
            old.add(body);
            Standing standing = node.take(sender, body);
            if (chance(10)) {
                throw new IOException("the answer was lost");
            }
            return standing;
        }
    }

    private boolean isFair;

    RelayNet(Path dir, Random random) {
        this.dir = dir;
        this.random = random;
    }

    /** From now on the wire is good. */
    void calm() {
        isFair = true;
    }

    private boolean chance(int percent) {
        return !isFair && random.nextInt(100) < percent;
    }

    static TreeSettings settings(int shards) {
        return new TreeSettings(shards, Policy.OPEN, 1000);
    }

    /** All that was promised, merged one after the other into one tree. */
    MetricTree serial() {
        var then = MutableClock.fixed();
        var tree = new MetricTree(settings(1), then);
        for (Pushed pushed : promised) {
            then.set(pushed.at);
            tree.merge(pushed.batch);
        }
        return tree;
    }

    int promised() {
        return promised.size();
    }

    /** Everything that can be told apart about each leaf, but for what trees say about themselves. */
    static Map<String, String> all(MetricTree tree) {
        var all = new TreeMap<String, String>();
        try (TreeSnapshot snapshot = tree.snapshot()) {
            for (View view : snapshot.shards()) {
                collect(view, 0, all);
            }
        }
        return all;
    }

    private static void collect(View view, int parent, Map<String, String> all) {
        for (int node = view.first(parent); node != View.NONE; node = view.next(node)) {
            if (parent == 0 && view.text(node).equals(MetricTree.SELF)) {
                continue;
            }
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
                        view.action(node) + " " + view.raw(node) + " " + view.aux(node) + " " + cell + " "
                                + view.markers(node));
            }
            collect(view, node, all);
        }
    }
}
