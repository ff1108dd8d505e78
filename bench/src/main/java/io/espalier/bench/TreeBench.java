package io.espalier.bench;

import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Policy;
import io.espalier.metrics.tree.TreeImage;
import io.espalier.metrics.tree.TreeSettings;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** The metrics tree: bytes a leaf, merges a second, wildcards, queries while ingest runs (args: leaves, default 10000000). */
public final class TreeBench {
    private static final int QUERIES = 20_000;
    private static final long PAUSE_NANOS = 200_000;

    private TreeBench() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int leaves = args.length > 0 ? Integer.parseInt(args[0]) : 10_000_000;
        memory(leaves);
        mergesAndQueries();
    }

    private static void memory(int leaves) throws IOException {
        long before = used();
        long start = System.nanoTime();
        MetricTree tree = tree(leaves, 2);
        double arrays = (double) (used() - before) / leaves;
        double arraysSeconds = (System.nanoTime() - start) / 1e9;
        say(
                "tree            %,d leaves, %,d nodes: %.1f B a leaf, filled in %.1f s",
                tree.leaves(), tree.nodes(), arrays, arraysSeconds);
        Path image = Files.createTempFile("tree", ".checkpoint");
        try {
            write(tree, image);
            tree = null;
            read(image, arraysSeconds);
        } finally {
            Files.delete(image);
        }
        before = used();
        start = System.nanoTime();
        var peer = new HashMapTree();
        // The peer needs about twice the room, so a tenth of the leaves tells its bytes.
        int part = leaves / 4;
        for (int i = 0; i < part; i++) {
            peer.add(1, TreeLayouts.path(i));
        }
        double maps = (double) (used() - before) / part;
        say(
                "HashMap tree    %,d leaves: %.1f B a leaf, filled in %.1f s",
                part, maps, (System.nanoTime() - start) / 1e9);
        say("ratio           %.2f times less memory%n", maps / arrays);
        if (java.util.Objects.requireNonNull(peer.root.children).isEmpty()) {
            throw new IllegalStateException();
        }
    }

    private static void write(MetricTree tree, Path image) throws IOException {
        long start = System.nanoTime();
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
            TreeImage.write(tree, file);
            file.force(true);
        }
        say(
                "checkpoint      written and synced in %.1f s, %,d bytes, %.1f B a leaf",
                (System.nanoTime() - start) / 1e9, Files.size(image), (double) Files.size(image) / tree.leaves());
    }

    private static void read(Path image, double filled) throws IOException {
        long start = System.nanoTime();
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ)) {
            MetricTree back = TreeImage.read(file, settings(2), InstantSource.system());
            double seconds = (System.nanoTime() - start) / 1e9;
            say(
                    "restart         %,d leaves from the checkpoint in %.1f s, %.2f times faster than merging them again",
                    back.leaves(), seconds, filled / seconds);
        }
    }

    private static TreeSettings settings(int shards) {
        return new TreeSettings(shards, Policy.OPEN.withMaxChildren(Integer.MAX_VALUE), Integer.MAX_VALUE);
    }

    private static MetricTree tree(int leaves, int shards) {
        var tree = new MetricTree(settings(shards), InstantSource.system());
        var batch = new Batch();
        for (int i = 0; i < leaves; i++) {
            batch.add(1, TreeLayouts.path(i));
            if (batch.leaves() == 1000) {
                tree.merge(batch);
                batch.clear();
            }
        }
        tree.merge(batch);
        return tree;
    }

    private static void mergesAndQueries() throws InterruptedException {
        MetricTree tree = tree(1_000_000, 2);
        var random = new Random(1);
        var batches = new Batch[64];
        for (int b = 0; b < batches.length; b++) {
            batches[b] = new Batch();
            for (int i = 0; i < 1000; i++) {
                batches[b].add(1, TreeLayouts.path(random.nextInt(100) * 10_000 + random.nextInt(10)));
            }
        }
        for (int round = 0; round < 3; round++) {
            long start = System.nanoTime();
            int merges = 0;
            while (System.nanoTime() - start < 2_000_000_000L) {
                tree.merge(batches[merges / 1000 % batches.length]);
                merges += 1000;
            }
            say(
                    "hot merges      %,.0f a second, one thread, 1,000 leaves 4 levels down",
                    merges / ((System.nanoTime() - start) / 1e9));
        }
        var queries = new Queries(tree, new Budget(100_000_000, 1_000_000));
        for (String key :
                new String[] {"*,*,*,*|sum", "*|sum,*|sum,*|sum,*|sum", "host1*,,,st1|avg", "*|p99,vhost3,,st1"}) {
            var times = new double[15];
            for (int i = 0; i < times.length; i++) {
                long start = System.nanoTime();
                queries.run(Query.parse(key));
                times[i] = (System.nanoTime() - start) / 1e6;
            }
            Arrays.sort(times);
            say("query           %-26s over 1,000,000 leaves: median %.1f ms", key, times[times.length / 2]);
        }
        double[] idle = latencies(queries);
        var isOver = new AtomicBoolean();
        var merged = new AtomicLong();
        var writer = Thread.ofPlatform().start(() -> {
            for (int i = 0; !isOver.get(); i++) {
                tree.merge(batches[i % batches.length]);
                merged.addAndGet(1000);
            }
        });
        long start = System.nanoTime();
        double[] busy = latencies(queries);
        double seconds = (System.nanoTime() - start) / 1e9;
        isOver.set(true);
        writer.join();
        say("meanwhile       %,.0f merges and %,.0f queries a second", merged.get() / seconds, QUERIES / seconds);
        say(
                "query latency   host7,vhost3: idle p50 %.0f us p99 %.0f us; while one thread merges at full speed p50 %.0f us p99 %.0f us (p99 %.1f times)",
                idle[0], idle[1], busy[0], busy[1], busy[1] / idle[1]);
    }

    private static double[] latencies(Queries queries) {
        Query query = Query.parse("host7,vhost3");
        var times = new double[QUERIES];
        for (int i = 0; i < times.length; i++) {
            // With pauses: without them the readers alone would fill a shard's time, and nobody ingests at full speed.
            LockSupport.parkNanos(PAUSE_NANOS);
            long start = System.nanoTime();
            queries.run(query);
            times[i] = (System.nanoTime() - start) / 1e3;
        }
        double[] steady = Arrays.copyOfRange(times, times.length / 2, times.length);
        Arrays.sort(steady);
        return new double[] {steady[steady.length / 2], steady[steady.length * 99 / 100]};
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static void say(String format, Object... args) {
        System.out.printf(Locale.ROOT, format + "%n", args);
    }
}
