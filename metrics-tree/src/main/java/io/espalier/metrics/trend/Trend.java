package io.espalier.metrics.trend;

import io.espalier.metrics.query.PathQuery;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.Reducer;
import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Paths;
import io.espalier.metrics.tree.TreeSnapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The history of a tree: one thread looks at it every step and appends; merging never waits for that. When it is
 * late it looks less often, and {@code ~tree,trend,step} says how often. What it could not keep is counted below
 * {@code ~tree,drops}.
 */
public final class Trend implements AutoCloseable {
    private final MetricTree tree;
    private final TrendStore store;
    private final InstantSource clock;
    private final Sampler sampler;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1, work -> Thread.ofPlatform().daemon().name("tree trend").unstarted(work));
    private Pace pace;

    /** @param most leaves whose history is kept */
    public Trend(MetricTree tree, TrendStore store, int most, InstantSource clock) {
        this.tree = tree;
        this.store = store;
        this.clock = clock;
        sampler = new Sampler(most);
        pace = Pace.of(store.step());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Begins to look. */
    public void start() {
        long now = clock.millis();
        var _ = thread.schedule(this::round, pace.next(now / 1000) * 1000 - now, TimeUnit.MILLISECONDS);
    }

    private void round() {
        long start = System.nanoTime();
        try {
            sample();
        } catch (RuntimeException e) {
            tree.note("drops,trend", 1, Optional.of(String.valueOf(e.getMessage())));
        }
        took((System.nanoTime() - start) / 1e9);
        if (!thread.isShutdown()) {
            start();
        }
    }

    /** Looks once, now. */
    public synchronized void sample() {
        Frame frame;
        long time = clock.millis() / 1000;
        try (TreeSnapshot snapshot = tree.snapshot()) {
            frame = sampler.sample(snapshot, time);
        }
        try {
            store.append(frame);
        } finally {
            tell("series", frame.size());
            tell("skipped", sampler.skipped());
        }
    }

    synchronized void took(double seconds) {
        pace = pace.after(seconds);
        tell("step", pace.step());
    }

    private void tell(String name, double value) {
        var batch = new Batch();
        batch.hint(Action.SET);
        batch.add(value, MetricTree.SELF, "trend", name);
        tree.merge(batch);
    }

    /** The finest step. */
    public int step() {
        return store.step();
    }

    public InstantSource clock() {
        return clock;
    }

    /** The series of a key, with its wildcards and reducers, sorted; those without a point are left out. */
    public List<Series> read(Query query, Range range) {
        var paths = new PathQuery<Series>(query, (key, reducer, series) -> reduce(key, reducer, series, range));
        List<String> prefix = prefix(query);
        List<String> names = store.names(Paths.join(prefix), range).stream()
                .filter(paths::isWanted)
                .toList();
        if (names.isEmpty() && prefix.size() > 1) {
            // What follows the name of a leaf is ignored, so the leaf may be shorter than the key.
            names = store.names(Paths.join(prefix.subList(0, 1)), range).stream()
                    .filter(paths::isWanted)
                    .toList();
        }
        return paths
                .run(store.read(names, range).stream()
                        .filter(series -> !series.isEmpty())
                        .map(series -> new PathQuery.Line<>(series.key(), series))
                        .toList())
                .stream()
                .map(PathQuery.Line::value)
                .toList();
    }

    /** One series a key, in their order, empty ones too. */
    public List<Series> readKeys(List<String> keys, Range range) {
        return store.read(keys, range);
    }

    /** Names of series, such as wildcards match. */
    public List<String> names(String prefix, Range range) {
        return store.names(prefix, range);
    }

    private static List<String> prefix(Query query) {
        return query.literalPrefix().stream()
                .map(name -> new String(name, StandardCharsets.UTF_8))
                .toList();
    }

    /** At each step the number that the reducer makes of the means. */
    static Series reduce(String key, Reducer reducer, List<Series> series, Range range) {
        var result = new Series(key, range);
        for (int i = 0; i < range.points(); i++) {
            int at = i;
            double[] values = series.stream()
                    .mapToDouble(each -> each.value(
                            at,
                            switch (reducer.kind()) {
                                case MIN -> Series.Function.MIN;
                                case MAX, QUANTILE -> Series.Function.MAX;
                                default -> Series.Function.AVG;
                            }))
                    .filter(value -> !Double.isNaN(value))
                    .toArray();
            if (values.length > 0) {
                result.add(result.time(i), one(reducer, values));
            }
        }
        return result;
    }

    private static double one(Reducer reducer, double[] values) {
        return switch (reducer.kind()) {
            case SUM -> Arrays.stream(values).sum();
            case AVG, WAVG -> Arrays.stream(values).sum() / values.length;
            case MIN -> Arrays.stream(values).min().orElse(Double.NaN);
            // Of several distributions only the greatest quantile is sure: no more than that part lies above it.
            case MAX, QUANTILE -> Arrays.stream(values).max().orElse(Double.NaN);
            case COUNT, UNIQUE, LIST -> values.length;
        };
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(Duration.ofMinutes(1).toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        store.close();
    }
}
