package io.espalier.orchestrator.worker;

import io.espalier.metrics.tree.Action;
import io.espalier.metrics.tree.Batch;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.worker.WorkerException.Reason;
import io.espalier.protocol.Auid;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * All workers and the last report of each kind from each: in memory, written behind to the database, merged into the
 * tree. Safe for all threads.
 */
public final class Workers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);

    private static final int MAX_WORKERS = 20_000;
    private static final int MAX_CHARACTERS = 256 << 10;
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration WRITE = Duration.ofSeconds(30);

    /**
     * When a report is missing.
     *
     * @param after so long without the next one
     * @param backupAfter the same for backup reports, which come once a day
     */
    public record Staleness(Duration after, Duration backupAfter) {
        Duration of(ReportKind kind) {
            return kind == ReportKind.BACKUP ? backupAfter : after;
        }
    }

    private final WorkerRows rows;
    private final HostRegistry hosts;
    private final Consumer<Batch> tree;
    private final InstantSource clock;
    private final Staleness staleness;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Map<ReportKind, Held>> held = new TreeMap<>();
    private final Map<String, Standing> standings = new HashMap<>();
    private final TagMeans means = new TagMeans();
    private final Map<String, Integer> aliveByTag = new HashMap<>();
    private final Set<Key> unwritten = new LinkedHashSet<>();
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(
            work -> Thread.ofVirtual().name("workers").unstarted(work));

    private long lastStamp;

    private record Key(String auid, ReportKind kind) {}

    private record Held(Report report, Leaves.Found leaves) {}

    /** What the tree was last told of a worker: what must be taken back when it changes. */
    private record Standing(List<String> tags, boolean isAlive, Map<ReportKind, Map<List<String>, Double>> fresh) {
        static final Standing NONE = new Standing(List.of(), false, Map.of());
    }

    /** @param tree takes what is to be merged, at once if it can; must not throw */
    public Workers(
            WorkerRows rows, HostRegistry hosts, Consumer<Batch> tree, InstantSource clock, Staleness staleness) {
        this.rows = rows;
        this.hosts = hosts;
        this.tree = tree;
        this.clock = clock;
        this.staleness = staleness;
        rows.all()
                .forEach(row -> held.computeIfAbsent(row.auid(), _ -> new EnumMap<>(ReportKind.class))
                        .put(row.report().kind(), new Held(row.report(), Leaves.of(row.report()))));
    }

    /** From now on stale reports are noticed and new ones written to the database. */
    public void start() {
        every(LOOK, this::look);
        every(WRITE, this::write);
    }

    private void every(Duration step, Runnable work) {
        var _ = ticker.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        LOG.atWarn().setCause(e).log("workers: trying again in {} s", step.toSeconds());
                    }
                },
                0,
                step.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /**
     * Takes what a worker says. One that is older than what it said before changes nothing.
     *
     * @param body the report as JSON; not changed by anybody from now on
     * @param at when it was said, by our clock; a time to come counts as now
     * @throws WorkerException if it is not taken; then nothing has changed
     */
    public void report(String auid, ReportKind kind, JsonNode body, Instant at) {
        String name = auid(auid);
        if (body.toString().length() > MAX_CHARACTERS) {
            throw new WorkerException(Reason.TOO_LARGE, "more than " + MAX_CHARACTERS + " characters");
        }
        var checked = ReportShape.checked(name, kind, body);
        Instant now = clock.instant();
        var report = new Report(kind, checked, at.isAfter(now) ? now : at);
        var fresh = new Held(report, Leaves.of(report));
        var batch = batch();
        lock.lock();
        try {
            if (!held.containsKey(name) && held.size() >= MAX_WORKERS) {
                throw new WorkerException(Reason.TOO_MANY, "more than " + MAX_WORKERS + " workers");
            }
            var reports = held.computeIfAbsent(name, _ -> new EnumMap<>(ReportKind.class));
            Held before = reports.get(kind);
            if (before != null && before.report.at().isAfter(report.at())) {
                return;
            }
            reports.put(kind, fresh);
            unwritten.add(new Key(name, kind));
            batch.stamp(stamp(now));
            fresh.leaves
                    .numbers()
                    .forEach((path, value) -> add(batch, value, List.of("worker", name, kind.word()), path));
            changes(before, fresh)
                    .forEach((path, text) -> mark(batch, text, List.of("worker", name, kind.word()), path));
            settle(name, host(name), now, batch);
            // Within the lock, so that two reports of one worker come in the order in which they were taken
            tree.accept(batch);
        } finally {
            lock.unlock();
        }
    }

    private static String auid(String auid) {
        try {
            return new Auid(auid).value();
        } catch (IllegalArgumentException e) {
            throw new WorkerException(Reason.MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    /** What to leave a marker about: states that are not what they were. */
    private static Map<List<String>, String> changes(@Nullable Held before, Held after) {
        if (before == null) {
            return Map.of();
        }
        var changes = new HashMap<List<String>, String>();
        after.leaves.words().forEach((path, word) -> {
            String was = before.leaves.words().get(path);
            if (was != null && !was.equals(word)) {
                changes.put(path, was + " -> " + word);
            }
        });
        return changes;
    }

    // --- Looking ---

    /** All workers, hosts of the fleet and others, by id. */
    public List<WorkerView> all() {
        Instant now = clock.instant();
        lock.lock();
        try {
            Map<String, HostRecord> byAuid = hosts();
            var names = new LinkedHashSet<>(byAuid.keySet());
            names.addAll(held.keySet());
            return names.stream()
                    .map(name -> view(name, Optional.ofNullable(byAuid.get(name)), now))
                    .sorted(Comparator.comparing(
                                    (WorkerView view) -> view.host().orElse("~"))
                            .thenComparing(WorkerView::auid))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Empty if nobody knows such a worker. */
    public Optional<WorkerView> find(String auid) {
        lock.lock();
        try {
            Optional<HostRecord> host = host(auid);
            return host.isEmpty() && !held.containsKey(auid)
                    ? Optional.empty()
                    : Optional.of(view(auid, host, clock.instant()));
        } finally {
            lock.unlock();
        }
    }

    private Optional<HostRecord> host(String auid) {
        try {
            return hosts.find(new Auid(auid));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Map<String, HostRecord> hosts() {
        var byAuid = new TreeMap<String, HostRecord>();
        hosts.all().forEach(host -> host.auid().ifPresent(auid -> byAuid.put(auid.value(), host)));
        return byAuid;
    }

    private WorkerView view(String auid, Optional<HostRecord> host, Instant now) {
        Map<ReportKind, Held> reports = held.getOrDefault(auid, Map.of());
        var kept = new EnumMap<ReportKind, WorkerView.Kept>(ReportKind.class);
        reports.forEach((kind, one) -> kept.put(kind, new WorkerView.Kept(one.report, isStale(one.report, now))));
        return WorkerFacts.view(auid, host, kept, now);
    }

    private boolean isStale(Report report, Instant now) {
        return report.at().plus(staleness.of(report.kind())).isBefore(now);
    }

    // --- What the tree knows ---

    /** Tells the tree whom nobody hears of any more, and who is back. */
    void look() {
        Instant now = clock.instant();
        lock.lock();
        try {
            Map<String, HostRecord> byAuid = hosts();
            var names = new LinkedHashSet<>(byAuid.keySet());
            names.addAll(held.keySet());
            names.addAll(standings.keySet());
            var batch = batch();
            batch.stamp(stamp(now));
            names.forEach(name -> settle(name, Optional.ofNullable(byAuid.get(name)), now, batch));
            if (!batch.isEmpty()) {
                tree.accept(batch);
            }
        } finally {
            lock.unlock();
        }
    }

    private void settle(String auid, Optional<HostRecord> host, Instant now, Batch batch) {
        Standing before = standings.getOrDefault(auid, Standing.NONE);
        WorkerView view = view(auid, host, now);
        var fresh = new EnumMap<ReportKind, Map<List<String>, Double>>(ReportKind.class);
        held.getOrDefault(auid, Map.of()).forEach((kind, one) -> {
            if (!isStale(one.report, now)) {
                fresh.put(kind, one.leaves.numbers());
            }
        });
        var after = new Standing(view.tags(), view.isAlive(), fresh);
        if (after.equals(before) && standings.containsKey(auid)) {
            return;
        }
        boolean isNew = standings.put(auid, after) == null;
        for (ReportKind kind : ReportKind.values()) {
            regroup(kind, before, after, batch);
            if (before.fresh.containsKey(kind) && !fresh.containsKey(kind)) {
                mark(batch, kind.word() + " is stale", List.of("worker", auid), List.of(kind.word()));
            }
        }
        if (isNew || before.isAlive != after.isAlive) {
            add(batch, after.isAlive ? 1 : 0, List.of("worker", auid), List.of("alive"));
            if (!isNew) {
                mark(batch, after.isAlive ? "alive" : "stale", List.of("worker", auid), List.of("alive"));
            }
        }
        count(before, -1);
        count(after, 1);
        var tags = new LinkedHashSet<>(before.tags);
        tags.addAll(after.tags);
        tags.forEach(tag -> add(batch, aliveByTag.getOrDefault(tag, 0), List.of("tags", tag), List.of("alive")));
    }

    private void count(Standing standing, int one) {
        if (standing.isAlive) {
            standing.tags.forEach(tag -> aliveByTag.merge(tag, one, Integer::sum));
        }
    }

    private void regroup(ReportKind kind, Standing before, Standing after, Batch batch) {
        Map<List<String>, Double> gone = before.fresh.getOrDefault(kind, Map.of());
        Map<List<String>, Double> come = after.fresh.getOrDefault(kind, Map.of());
        if (gone.equals(come) && before.tags.equals(after.tags)) {
            return;
        }
        means.remove(before.tags, kind, gone);
        means.add(after.tags, kind, come);
        var tags = new LinkedHashSet<>(before.tags);
        tags.addAll(after.tags);
        var paths = new LinkedHashSet<>(gone.keySet());
        paths.addAll(come.keySet());
        for (String tag : tags) {
            for (List<String> path : paths) {
                means.mean(tag, kind, path)
                        .ifPresent(mean -> add(batch, mean, List.of("tags", tag, kind.word()), path));
            }
        }
    }

    /** Of two values with one time the tree keeps the greater: so no two of ours have one. */
    private long stamp(Instant now) {
        lastStamp = Math.max(now.toEpochMilli(), lastStamp + 1);
        return lastStamp;
    }

    private static Batch batch() {
        var batch = new Batch();
        batch.hint(Action.LAST);
        return batch;
    }

    private static void add(Batch batch, double value, List<String> above, List<String> path) {
        enter(batch, above, path);
        batch.number(value);
        leave(batch, above, path);
    }

    private static void mark(Batch batch, String text, List<String> above, List<String> path) {
        enter(batch, above, path);
        batch.text(text);
        leave(batch, above, path);
    }

    private static void enter(Batch batch, List<String> above, List<String> path) {
        above.forEach(batch::enter);
        path.forEach(batch::enter);
    }

    private static void leave(Batch batch, List<String> above, List<String> path) {
        for (int i = above.size() + path.size(); i > 0; i--) {
            batch.leave();
        }
    }

    // --- The database ---

    /** Writes what came since. */
    void write() {
        var some = new ArrayList<WorkerRows.Row>();
        var keys = new ArrayList<Key>();
        lock.lock();
        try {
            keys.addAll(unwritten);
            unwritten.clear();
            for (Key key : keys) {
                Held one = held.getOrDefault(key.auid, Map.of()).get(key.kind);
                if (one != null) {
                    some.add(new WorkerRows.Row(key.auid, one.report));
                }
            }
        } finally {
            lock.unlock();
        }
        if (some.isEmpty()) {
            return;
        }
        try {
            rows.write(some);
        } catch (RuntimeException e) {
            lock.lock();
            try {
                unwritten.addAll(keys);
            } finally {
                lock.unlock();
            }
            throw e;
        }
    }

    /** Writes what is left. */
    @Override
    public void close() {
        ticker.shutdownNow();
        write();
    }
}
