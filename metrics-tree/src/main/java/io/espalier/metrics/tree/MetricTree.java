package io.espalier.metrics.tree;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * One huge tree of current values in memory. Any thread may merge and read: what {@link #merge} returned from is
 * visible to every read that starts later, and a {@link #snapshot} never changes. Its own news (what it dropped,
 * folded, lost) are leaves below {@code ~tree}.
 */
public final class MetricTree {
    /** The top-level name of what the tree says about itself. */
    public static final String SELF = "~tree";

    private static final long EPOCH_2020 = 1_577_836_800;
    private static final int SWEEP_NODES = 16_384;

    private final Shard[] shards;
    private final InstantSource clock;
    private final AtomicLong merges = new AtomicLong();
    private final int[] sweepAt;
    private final Ledger ledger;
    private volatile Map<String, Long> growth = Map.of();

    public MetricTree(TreeSettings settings, InstantSource clock) {
        this.clock = clock;
        shards = new Shard[settings.shards()];
        Arrays.setAll(shards, _ -> new Shard(settings.root(), Math.max(1, settings.maxTopLevel() / shards.length)));
        sweepAt = new int[shards.length];
        ledger = new Ledger(this);
    }

    /** Merges all of {@code batch}; may wait for readers and other writers, a few milliseconds at most. */
    public void merge(Batch batch) {
        var overflow = new Batch();
        merge(batch, overflow);
        if (!overflow.isEmpty()) {
            merge(overflow, new Batch());
        }
    }

    private void merge(Batch batch, Batch overflow) {
        var defaults = new Defaults(clock.millis());
        Shard held = null;
        try {
            for (int op = 0; op < batch.size; ) {
                switch (batch.ops[op]) {
                    case Batch.ENTER -> {
                        Shard shard = shards[shardOf(batch.ops[op + 3])];
                        if (shard == held) {
                            if (held.lock.isWanted()) {
                                held.lock.giveWay();
                            }
                        } else {
                            if (held != null) {
                                held.lock.unlock();
                                held = null;
                            }
                            shard.lock.lock();
                            held = shard;
                        }
                        shard.store.now = seconds();
                        int end = end(batch, op);
                        shard.merge(batch, op, end, defaults, overflow);
                        op = end;
                    }
                    case Batch.HINT -> {
                        defaults.hint = batch.ops[op + 1];
                        op += 2;
                    }
                    case Batch.STAMP -> {
                        long stamp = batch.longs[batch.ops[op + 1]];
                        defaults.stamp = stamp == 0 ? defaults.received : stamp;
                        op += 2;
                    }
                    default -> throw new IllegalStateException("a value without a name");
                }
            }
        } finally {
            if (held != null) {
                held.lock.unlock();
            }
        }
    }

    private static int end(Batch batch, int enter) {
        int depth = 0;
        int op = enter;
        do {
            switch (batch.ops[op]) {
                case Batch.ENTER -> {
                    depth++;
                    op += Batch.ENTER_WORDS;
                }
                case Batch.LEAVE -> {
                    depth--;
                    op++;
                }
                case Batch.TEXT, Batch.STATE -> op += 3;
                default -> op += 2;
            }
        } while (depth > 0);
        return op;
    }

    Shard shard(int index) {
        return shards[index];
    }

    int seconds() {
        return (int) (clock.millis() / 1000 - EPOCH_2020);
    }

    /** The shard of a top-level name, by {@link KeyHash#of}. */
    public int shardOf(int hash) {
        return (hash >>> 4) & shards.length - 1;
    }

    public int shards() {
        return shards.length;
    }

    /** All shards at one moment: a push that has returned is in it wholly, wherever its parts went. */
    public TreeSnapshot snapshot() {
        int locked = 0;
        try {
            for (; locked < shards.length; locked++) {
                shards[locked].lock.lock();
            }
            List<View> views =
                    Arrays.stream(shards).map(shard -> shard.store.snapshot()).toList();
            return new TreeSnapshot(views, this::release);
        } finally {
            while (locked > 0) {
                shards[--locked].lock.unlock();
            }
        }
    }

    private void release() {
        for (Shard shard : shards) {
            locked(shard, () -> shard.store.release());
        }
    }

    /** Reads one shard while nobody writes it: for reads of microseconds, which a snapshot would make dearer. */
    public <T> T peek(int shard, Function<View, T> read) {
        Turns lock = shards[shard].lock;
        lock.lock();
        try {
            return read.apply(shards[shard].store.view);
        } finally {
            lock.unlock();
        }
    }

    private static void locked(Shard shard, Runnable work) {
        shard.lock.lock();
        try {
            work.run();
        } finally {
            shard.lock.unlock();
        }
    }

    // --- Policies and limits ---

    /** Sets what holds at and below {@code path}, making the node if need be; it stays, with or without leaves. */
    public void setPolicy(List<String> path, Policy policy) {
        var batch = new Batch();
        path.forEach(batch::enter);
        Shard shard = shards[shardOf(batch.ops[3])];
        locked(shard, () -> {
            int node = 0;
            for (String name : path) {
                byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
                int child = shard.store.view.child(node, utf8);
                node = child != View.NONE ? child : shard.make(node, utf8, 0, utf8.length, KeyHash.of(utf8));
            }
            shard.setPolicy(node, policy);
            shard.pin(node);
        });
    }

    /** Leaves that are alive. */
    public long leaves() {
        long sum = 0;
        for (Shard shard : shards) {
            shard.lock.lock();
            try {
                sum += shard.leaves();
            } finally {
                shard.lock.unlock();
            }
        }
        return sum;
    }

    /** Nodes that are alive, inner ones included. */
    public long nodes() {
        long sum = 0;
        for (Shard shard : shards) {
            shard.lock.lock();
            try {
                sum += shard.store.nodes;
            } finally {
                shard.lock.unlock();
            }
        }
        return sum;
    }

    /** The {@code most} top-level subtrees that grow fastest, and of those that do not grow the largest. */
    public List<Subtree> subtrees(int most) {
        Map<String, Long> grown = growth;
        var all = new ArrayList<Subtree>();
        for (Shard shard : shards) {
            locked(
                    shard,
                    () -> shard.subtrees((key, leaves, quota) ->
                            all.add(new Subtree(key, grown.getOrDefault(key, 0L), leaves, quota))));
        }
        all.sort(Comparator.comparingLong(Subtree::grown)
                .thenComparingInt(Subtree::leaves)
                .reversed()
                .thenComparing(Subtree::key));
        return List.copyOf(all.subList(0, Math.min(most, all.size())));
    }

    /** Ends a minute: from now on {@link #subtrees} tells what grew in it. */
    public void rotateGrowth() {
        var grown = new HashMap<String, Long>();
        for (Shard shard : shards) {
            locked(
                    shard,
                    () -> shard.tally
                            .takeGrowth()
                            .forEach((node, count) ->
                                    grown.merge(Paths.of(shard.store.view, node), (long) count, Long::sum)));
        }
        var sorted = new LinkedHashMap<String, Long>();
        grown.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(100)
                .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
        growth = Collections.unmodifiableMap(sorted);
    }

    /** Lets expired leaves go, a bounded number of nodes a call and shard. */
    public void sweep() {
        for (int i = 0; i < shards.length; i++) {
            Shard shard = shards[i];
            int from = sweepAt[i];
            shard.lock.lock();
            try {
                shard.store.now = seconds();
                sweepAt[i] = shard.sweep(from, SWEEP_NODES);
            } finally {
                shard.lock.unlock();
            }
        }
    }

    /** Writes what happened since the last call into {@code ~tree}. */
    public void reportSelf() {
        var notes = new TreeMap<String, Tally.Note>();
        long expired = 0;
        long lost = 0;
        long merged = 0;
        for (Shard shard : shards) {
            shard.lock.lock();
            try {
                shard.tally
                        .takeNotes()
                        .forEach((path, note) ->
                                notes.merge(path, note, (a, b) -> new Tally.Note(a.count() + b.count(), b.sample())));
                expired += shard.tally.expired;
                lost += shard.tally.lostChanges;
                merged += shard.tally.merges;
                shard.tally.expired = 0;
                shard.tally.lostChanges = 0;
                shard.tally.merges = 0;
            } finally {
                shard.lock.unlock();
            }
        }
        merges.addAndGet(merged);
        notes.forEach((path, note) -> note(path, note.count(), Optional.of(note.sample())));
        if (expired > 0) {
            note("expired", expired, Optional.empty());
        }
        if (lost > 0) {
            note("drops,changes", lost, Optional.empty());
        }
    }

    /**
     * Counts something below {@code ~tree}.
     *
     * @param path   such as {@code drops,bad-json}
     * @param sample what caused it the last time
     */
    public void note(String path, long count, Optional<String> sample) {
        var batch = new Batch();
        batch.hint(Action.ADD);
        batch.enter(SELF);
        String[] names = path.split(",", -1);
        for (String name : names) {
            batch.enter(name);
        }
        batch.number((double) count);
        sample.ifPresent(batch::text);
        for (int i = 0; i <= names.length; i++) {
            batch.leave();
        }
        merge(batch);
    }

    /** The time by the tree's clock, in milliseconds since 1970. */
    public long millis() {
        return clock.millis();
    }

    /** Merges so far, as of the latest {@link #reportSelf}. */
    public long merges() {
        return merges.get();
    }

    // --- Sending on ---

    /** Where what a leaf took in goes. */
    public interface Drain {
        /** Called with the leaf's shard locked: be quick. */
        List<DeltaWriter> to(View view, int node);
    }

    /**
     * From now on {@link #drain} hands out what comes in, but for {@link #SELF}. To be called before anything is
     * merged; who is told of changes by {@link #takeChanges} must be somewhere else.
     */
    public void forward() {
        for (Shard shard : shards) {
            locked(shard, shard::forward);
        }
    }

    /**
     * Takes out what came in since the last time; what was merged before the call is among it. Leaves stay where
     * they are, empty, with their action, until their time to live is over.
     *
     * @return how many leaves held something
     */
    public long drain(Drain drain) {
        long sum = 0;
        for (Shard shard : shards) {
            shard.lock.lock();
            try {
                sum += shard.drain(drain);
            } finally {
                shard.lock.unlock();
            }
        }
        return sum;
    }

    /** From whom it took numbered parcels, and up to which one. */
    public Ledger ledger() {
        return ledger;
    }

    // --- Changes ---

    /** From now on notes which leaves change below these top-level names, or below all. */
    public void watch(boolean all, Collection<byte[]> topLevel) {
        var names = new ArrayList<>(topLevel);
        for (Shard shard : shards) {
            locked(shard, () -> shard.watch(all, names));
        }
    }

    /** Gives each watched leaf that changed since the last call to {@code change}, with its shard locked: be quick. */
    public void takeChanges(BiConsumer<View, Integer> change) {
        for (Shard shard : shards) {
            locked(shard, () -> {
                for (int i = 0; i < shard.dirtyCount; i++) {
                    int node = shard.dirty[i];
                    shard.store.flags(node, 0, Values.DIRTY);
                    change.accept(shard.store.view, node);
                }
                shard.dirtyCount = 0;
                if (shard.dirty.length > 4096) {
                    shard.dirty = new int[64];
                }
            });
        }
    }
}
