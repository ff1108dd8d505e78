package io.espalier.metrics.ingest;

import io.espalier.metrics.json.TreeJson;
import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.metrics.tree.KeyHash;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.Sketch;
import io.espalier.metrics.tree.Unique;
import io.espalier.metrics.tree.View;
import io.espalier.metrics.wire.BadWireException;
import io.espalier.metrics.wire.Statsd;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * StatsD and DogStatsD: counters are sums, gauges keep their last value, timers are sketches, sets are
 * {@code unique}; names split by points, tags below them as {@code tag=value} in order.
 */
final class StatsdSink implements Sink {
    private static final int BATCH = 1000;
    private static final int MAX_WEIGHT = 1_000_000;
    /** A change of a gauge reads, adds and writes: one at a time, whoever sends it. */
    private static final Object CHANGING = new Object();

    private final Intake intake;
    private final Rejects rejects;
    private final Batch batch = new Batch();
    private final Map<List<String>, Sketch> timers = new HashMap<>();
    private final Map<List<String>, Unique> sets = new HashMap<>();
    /** The time of the latest gauge, and which have it: of two at one time the tree would keep the greater. */
    private long stamp;

    private final Set<List<String>> stamped = new HashSet<>();

    StatsdSink(Intake intake) {
        this.intake = intake;
        rejects = new Rejects(intake.tree());
    }

    @Override
    public void message(byte[] bytes, int from, int to) {
        int end = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
        if (end == from) {
            return;
        }
        try {
            for (Statsd one : Statsd.read(bytes, from, end)) {
                switch (one) {
                    case Statsd.Metric metric -> {
                        Optional<List<String>> path = path(metric);
                        if (path.isPresent()) {
                            take(metric, path.get());
                        } else {
                            String why = "a name with an empty, too long or too deep part";
                            rejects.add("bad-statsd", why, bytes, from, end);
                        }
                    }
                    case Statsd.Event(String title, String alert) -> count(List.of("statsd", "events", alert), title);
                    case Statsd.Check(String name, String status, String message) ->
                        count(List.of("statsd", "checks", name, status), message);
                }
            }
        } catch (BadWireException e) {
            rejects.add("bad-statsd", String.valueOf(e.getMessage()), bytes, from, end);
        }
        if (batch.leaves() + timers.size() + sets.size() >= BATCH) {
            flush();
        }
    }

    private static Optional<List<String>> path(Statsd.Metric metric) {
        var names = new ArrayList<>(List.of(metric.name().split("\\.", -1)));
        names.addAll(metric.tags());
        boolean isGood = names.size() <= TreeJson.MAX_DEPTH
                && names.stream().allMatch(name -> !name.isEmpty() && name.length() <= TreeJson.MAX_NAME);
        return isGood ? Optional.of(List.copyOf(names)) : Optional.empty();
    }

    private void take(Statsd.Metric metric, List<String> path) {
        switch (metric.kind()) {
            case COUNTER -> {
                batch.hint(Action.ADD);
                number(path, metric.value() / metric.rate());
            }
            case TIMER -> {
                long weight = Math.clamp(Math.round(1 / metric.rate()), 1, MAX_WEIGHT);
                timers.computeIfAbsent(path, _ -> new Sketch()).add(metric.value(), weight);
            }
            case SET -> sets.computeIfAbsent(path, _ -> new Unique()).add(metric.text());
            case GAUGE -> {
                batch.hint(Action.LAST);
                batch.stamp(metric.seconds().isPresent() ? metric.seconds().getAsLong() * 1000 : next(path));
                number(path, metric.value());
            }
            case GAUGE_CHANGE -> change(path, metric.value());
        }
    }

    private void number(List<String> path, double value) {
        if (Double.isFinite(value)) {
            batch.add(value, path.toArray(String[]::new));
        }
    }

    private long next(List<String> path) {
        long now = intake.tree().millis();
        if (now > stamp) {
            stamp = now;
            stamped.clear();
        }
        if (!stamped.add(path)) {
            stamp++;
            stamped.clear();
            stamped.add(path);
        }
        return stamp;
    }

    private void change(List<String> path, double by) {
        merge();
        MetricTree tree = intake.tree();
        synchronized (CHANGING) {
            byte[][] names = path.stream()
                    .map(name -> name.getBytes(StandardCharsets.UTF_8))
                    .toArray(byte[][]::new);
            double[] before = tree.peek(tree.shardOf(KeyHash.of(names[0])), view -> gauge(view, names));
            stamp = Math.max(next(path), (long) before[1] + 1);
            batch.hint(Action.LAST);
            batch.stamp(stamp);
            number(path, before[0] + by);
            merge();
        }
    }

    /** Value and time; zeros if there is no such gauge. */
    private static double[] gauge(View view, byte[][] names) {
        int node = 0;
        for (byte[] name : names) {
            node = view.child(node, name);
            if (node == View.NONE) {
                return new double[2];
            }
        }
        boolean isLast = view.hasValue(node) && view.action(node).equals(Optional.of(Action.LAST));
        return view.hasValue(node) ? new double[] {view.number(node), isLast ? view.aux(node) : 0} : new double[2];
    }

    private void count(List<String> path, String text) {
        batch.hint(Action.ADD);
        path.forEach(batch::enter);
        batch.number(1);
        if (!text.isEmpty()) {
            batch.text(text.length() > 256 ? text.substring(0, 256) : text);
        }
        path.forEach(_ -> batch.leave());
    }

    private void merge() {
        if (!batch.isEmpty()) {
            intake.tree().merge(batch);
        }
        batch.clear();
    }

    @Override
    public void flush() {
        batch.hint(Action.SKETCH);
        timers.forEach((path, sketch) -> {
            path.forEach(batch::enter);
            batch.cell(sketch);
            path.forEach(_ -> batch.leave());
        });
        batch.hint(Action.UNIQUE);
        sets.forEach((path, unique) -> {
            path.forEach(batch::enter);
            batch.cell(unique);
            path.forEach(_ -> batch.leave());
        });
        timers.clear();
        sets.clear();
        merge();
        rejects.flush();
    }
}
