package io.espalier.metrics.relay;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.DeltaWriter;
import io.espalier.metrics.tree.Ledger;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.View;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Empties a tree into a spool, again and again, and sends the spool on. */
public final class Relay implements AutoCloseable {
    /** A delta is closed when it has so many bytes. */
    private static final int FULL = 1 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration CLOSE = Duration.ofSeconds(10);

    private final MetricTree tree;
    private final Routes routes;
    private final Spool spool;
    private final Duration interval;
    private final List<Forwarder> forwarders = new ArrayList<>();
    private final List<HttpUpstream> links = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    /** Taken out of the tree, and not on disk yet: only after a failed write. */
    private List<Spool.Content> waiting = List.of();

    private Map<String, Ledger.Mark> waitingMarks = Map.of();
    private long waitingSince;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long asked;
    private long settled;
    private long failed;
    private boolean isClosing;

    private Relay(MetricTree tree, RelayConf conf, Spool spool, Duration interval) {
        this.tree = tree;
        this.spool = spool;
        this.interval = interval;
        routes = new Routes(conf.routes());
    }

    /**
     * Takes over {@code tree}, which must be empty and stay ours: what is merged into it is gone from it after each
     * interval.
     *
     * @param folder where what is not sent yet is kept; one process at a time
     */
    public static Relay start(MetricTree tree, RelayConf conf, Path folder, Duration interval) throws IOException {
        Relay relay = open(tree, conf, folder, interval);
        conf.upstreams().forEach((name, target) -> {
            var link = new HttpUpstream(target);
            relay.links.add(link);
            relay.forwarders.add(new Forwarder(name, link, relay.spool, tree));
        });
        relay.threads.add(Thread.ofPlatform().daemon().name("relay spool").start(relay::run));
        relay.forwarders.forEach(forwarder -> relay.threads.add(
                Thread.ofVirtual().name("relay to " + forwarder.name()).start(forwarder::run)));
        return relay;
    }

    /** Nothing runs yet: {@link #round} and {@link #forwarder} are for whoever drives it by hand. */
    static Relay open(MetricTree tree, RelayConf conf, Path folder, Duration interval) throws IOException {
        Spool spool = Spool.open(
                folder,
                conf.spool(),
                conf.upstreams().keySet(),
                (reason, sample) -> tree.note(reason, 1, Optional.of(sample)));
        tree.forward();
        tree.ledger().restore(spool.ledger());
        tree.ledger().keep();
        return new Relay(tree, conf, spool, interval);
    }

    Forwarder forwarder(String name, Upstream upstream) {
        return new Forwarder(name, upstream, spool, tree);
    }

    // --- From the tree to the disk ---

    private void run() {
        while (true) {
            lock.lock();
            try {
                if (!isClosing && asked == Math.max(settled, failed)) {
                    var _ = changed.await(interval.toNanos(), TimeUnit.NANOSECONDS);
                }
                if (isClosing) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            } finally {
                lock.unlock();
            }
            round();
        }
    }

    /** Makes what was merged before the call durable; false if the disk does not take it, and then it waits. */
    boolean round() {
        long upTo = asked();
        boolean isDone = write();
        lock.lock();
        try {
            if (isDone) {
                settled = Math.max(settled, upTo);
            } else {
                failed = Math.max(failed, upTo);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        forwarders.forEach(Forwarder::poke);
        return isDone;
    }

    private long asked() {
        lock.lock();
        try {
            return asked;
        } finally {
            lock.unlock();
        }
    }

    private boolean write() {
        try {
            if (!waiting.isEmpty()) {
                // Exactly the same again: what of it reached the disk has these numbers already.
                keep();
            }
            var outbound = new Outbound();
            waitingMarks = tree.ledger().still(marks -> {
                tree.drain(outbound);
                return marks;
            });
            waiting = outbound.contents();
            waitingSince = tree.millis();
            keep();
            if (outbound.unrouted > 0) {
                tree.note("relay,unrouted", outbound.unrouted, outbound.sample);
            }
            return true;
        } catch (IOException | RuntimeException e) {
            tree.note("drops,spool-write", 1, Optional.of(String.valueOf(e.getMessage())));
            return false;
        }
    }

    private void keep() throws IOException {
        spool.append(waiting, waitingMarks, waitingSince);
        waiting = List.of();
        tree.ledger().durable(waitingMarks);
    }

    /** What one emptying takes out, by upstream. */
    private final class Outbound implements MetricTree.Drain {
        private final Map<String, List<DeltaWriter>> deltas = new HashMap<>();
        private long unrouted;
        private Optional<String> sample = Optional.empty();

        @Override
        public List<DeltaWriter> to(View view, int node) {
            Optional<Set<String>> upstreams = routes.of(view, node);
            if (upstreams.isEmpty()) {
                unrouted++;
                sample = Optional.of(view.text(node));
                return List.of();
            }
            var to = new ArrayList<DeltaWriter>(upstreams.get().size());
            for (String upstream : upstreams.get()) {
                List<DeltaWriter> list = deltas.computeIfAbsent(upstream, _ -> new ArrayList<>());
                if (list.isEmpty() || list.getLast().size() >= FULL) {
                    list.add(new DeltaWriter());
                }
                to.add(list.getLast());
            }
            return to;
        }

        List<Spool.Content> contents() {
            var contents = new ArrayList<Spool.Content>();
            deltas.forEach((upstream, list) -> {
                for (DeltaWriter delta : list) {
                    contents.add(new Spool.Content(upstream, delta.leaves(), Parcel.deflate(delta.bytes())));
                }
            });
            return contents;
        }
    }

    /** Waits until all that was merged before the call is on disk; false if that did not succeed in time. */
    public boolean settle() {
        lock.lock();
        try {
            long mine = ++asked;
            changed.signalAll();
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (settled < mine && failed < mine) {
                long left = end - System.nanoTime();
                if (left <= 0 || isClosing) {
                    return false;
                }
                var _ = changed.awaitNanos(left);
            }
            return settled >= mine;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** As if the process had been killed: nothing more is written. */
    void abandon() throws IOException {
        spool.close();
    }

    // --- How it goes ---

    /** Writes how far each upstream is below {@code ~tree,relay}. */
    public void reportSelf() {
        var batch = new Batch();
        batch.hint(Action.SET);
        batch.add((double) spool.bytes(), MetricTree.SELF, "relay", "spool-bytes");
        batch.add((double) spool.limit(), MetricTree.SELF, "relay", "spool-limit");
        for (Forwarder forwarder : forwarders) {
            String name = forwarder.name();
            Spool.Queue queue = spool.queue(name);
            figure(batch, name, "queued-parcels", (double) queue.parcels());
            figure(batch, name, "queued-leaves", (double) queue.leaves());
            figure(batch, name, "kept-parcels", (double) queue.kept());
            figure(batch, name, "dropped-parcels", (double) queue.dropped());
            figure(batch, name, "dropped-leaves", (double) queue.droppedLeaves());
            figure(batch, name, "age-seconds", age(name, queue));
            figure(batch, name, "sent-parcels", (double) forwarder.sentParcels());
            figure(batch, name, "sent-bytes", (double) forwarder.sentBytes());
            figure(batch, name, "is-well", forwarder.trouble().isEmpty() ? 1 : 0);
            figure(batch, name, "is-kept-there", forwarder.isKept() ? 1 : 0);
        }
        tree.merge(batch);
    }

    private static void figure(Batch batch, String upstream, String name, double value) {
        batch.add(value, MetricTree.SELF, "relay", upstream, name);
    }

    /** Of the oldest leaf that is not merged there. */
    private double age(String upstream, Spool.Queue queue) {
        if (queue.parcels() == 0) {
            return 0;
        }
        try {
            long merged = spool.end(upstream).number() - queue.parcels();
            return spool.after(upstream, merged, 1).stream()
                    .findFirst()
                    .map(parcel -> Math.max(0, tree.millis() - parcel.made()) / 1000.0)
                    .orElse(0.0);
        } catch (IOException e) {
            return 0;
        }
    }

    /** Writes what is left to the disk; what was not sent is sent after the next start. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            isClosing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        forwarders.forEach(Forwarder::close);
        links.forEach(HttpUpstream::close);
        try {
            for (Thread thread : threads) {
                thread.join(CLOSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        round();
        spool.close();
    }
}
