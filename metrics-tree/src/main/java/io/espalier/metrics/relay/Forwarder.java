package io.espalier.metrics.relay;

import io.espalier.metrics.tree.Ledger;
import io.espalier.metrics.tree.MetricTree;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends one upstream's parcels in order: a shipment, its answer, the next. Where to go on is always the upstream's
 * word, so one that lost its last minutes gets them again.
 */
final class Forwarder {
    private static final int MAX_BYTES = 4 << 20;
    /** So often an upstream is asked what is durable, and told that we are there. */
    private static final Duration ASK = Duration.ofSeconds(2);

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final Duration STALLED = Duration.ofSeconds(60);

    private final String name;
    private final Upstream upstream;
    private final Spool spool;
    private final MetricTree tree;
    private final Semaphore pokes = new Semaphore(0);
    private boolean isGreeted;
    private long merged;
    private long asked = System.nanoTime();
    private volatile boolean isClosed;
    private final AtomicLong sentParcels = new AtomicLong();
    private final AtomicLong sentBytes = new AtomicLong();
    private volatile Optional<String> trouble = Optional.of("not asked yet");
    private volatile boolean isKept;

    Forwarder(String name, Upstream upstream, Spool spool, MetricTree tree) {
        this.name = name;
        this.upstream = upstream;
        this.spool = spool;
        this.tree = tree;
    }

    // --- One exchange ---

    /** Sends what there is, at most one shipment; answers whether there may be more. */
    boolean step() throws IOException, InterruptedException {
        if (!isGreeted) {
            settle(upstream.post(spool.sender(name), new Shipment(List.of())), List.of());
            isGreeted = true;
        }
        List<Parcel> parcels = spool.after(name, merged, MAX_BYTES);
        if (parcels.isEmpty() && System.nanoTime() - asked < ASK.toNanos()) {
            return false;
        }
        var items = new ArrayList<Shipment.Item>();
        long follows = merged;
        for (Parcel parcel : parcels) {
            items.add(new Shipment.Item(follows, parcel));
            follows = parcel.number();
        }
        long before = merged;
        settle(upstream.post(spool.sender(name), new Shipment(items)), parcels);
        for (Parcel parcel : parcels) {
            if (parcel.number() > before && parcel.number() <= merged) {
                sentParcels.incrementAndGet();
                sentBytes.addAndGet(parcel.bytes().length);
            }
        }
        if (!parcels.isEmpty() && merged <= before) {
            // It has fewer than it had: from there on again, but not as fast as the wire allows.
            throw new IOException(
                    "has parcels up to " + merged + ", and took none of " + parcels.size() + " after " + before);
        }
        return !parcels.isEmpty();
    }

    private void settle(Standing standing, List<Parcel> sent) throws IOException {
        asked = System.nanoTime();
        Ledger.Mark end = spool.end(name);
        if (standing.merged() > end.number()) {
            throw new Upstream.HistoryException(
                    "it has parcels up to " + standing.merged() + " of this sender, and here" + " are only "
                            + end.number() + ": this spool is an old copy, or used twice");
        }
        long leaves = end.leaves();
        if (standing.merged() < end.number()) {
            Optional<Parcel> last = sent.stream()
                    .filter(parcel -> parcel.number() == standing.merged())
                    .findFirst();
            if (last.isEmpty()) {
                last = spool.at(name, standing.merged());
            }
            if (last.isPresent()) {
                compare(standing, last.get().checksum());
                leaves = last.get().before() + last.get().leaves();
            } else {
                leaves = spool.after(name, standing.merged(), 1).stream()
                        .findFirst()
                        .map(Parcel::before)
                        .orElse(end.leaves());
            }
        } else if (standing.merged() > 0) {
            compare(standing, end.checksum());
        }
        merged = standing.merged();
        isKept = standing.isKept();
        spool.standing(name, merged, leaves, standing.durable());
    }

    /** The next exchange begins by asking where the upstream stands. */
    void forgetGreeting() {
        isGreeted = false;
    }

    private static void compare(Standing standing, int checksum) throws Upstream.HistoryException {
        if (standing.checksum() != checksum) {
            throw new Upstream.HistoryException("its parcel " + standing.merged()
                    + " of this sender is not the one here: this spool is an old copy, or used twice");
        }
    }

    // --- For ever ---

    void run() {
        Duration pause = SHORTEST;
        while (!isClosed) {
            try {
                boolean isBusy = step();
                trouble = Optional.empty();
                pause = SHORTEST;
                if (!isBusy) {
                    var _ = pokes.tryAcquire(ASK.toMillis(), TimeUnit.MILLISECONDS);
                    pokes.drainPermits();
                }
            } catch (IOException | RuntimeException e) {
                if (isClosed) {
                    return;
                }
                pause = failed(e, pause);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private Duration failed(Exception e, Duration pause) {
        String told = e.getMessage() == null ? e.toString() : e.getMessage();
        trouble = Optional.of(told);
        tree.note("relay," + name + ",errors", 1, Optional.of(told));
        forgetGreeting();
        boolean isStalled = e instanceof Upstream.HistoryException;
        sleep(isStalled ? STALLED : pause);
        Duration next = pause.multipliedBy(2);
        return next.compareTo(LONGEST) > 0 ? LONGEST : next;
    }

    /** New parcels are no reason to ask an upstream that is away any sooner. */
    private void sleep(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        try {
            for (long left = time.toNanos(); left > 0 && !isClosed; left = end - System.nanoTime()) {
                var _ = pokes.tryAcquire(left, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** There is something to send. */
    void poke() {
        if (pokes.availablePermits() == 0) {
            pokes.release();
        }
    }

    void close() {
        isClosed = true;
        pokes.release();
    }

    // --- How it goes ---

    String name() {
        return name;
    }

    long sentParcels() {
        return sentParcels.get();
    }

    long sentBytes() {
        return sentBytes.get();
    }

    /** Whether the upstream keeps what it has on disk, as far as it said. */
    boolean isKept() {
        return isKept;
    }

    /** Why nothing is sent at the moment; empty if all is well. */
    Optional<String> trouble() {
        return trouble;
    }
}
