package io.espalier.orchestrator.rollout;

import static io.espalier.orchestrator.rollout.Columns.at;
import static io.espalier.orchestrator.rollout.Columns.bounded;

import io.espalier.orchestrator.rollout.RolloutEvent.Kind;
import io.espalier.protocol.HostName;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.BatchPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What happens in rollouts: events, and how host steps ended. Many hosts report at once; one thread writes all that has
 * come in since its last transaction in the next one, so that fifty hosts cost a handful of commits.
 *
 * <p>An entry that is lost with the process is no harm: its step is still {@code applying} in the database and the host
 * is asked how it went. {@link #flush()} is the point after which nothing can be lost.
 */
final class Journal implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Journal.class);

    /** More entries than this make who brings them wait. */
    private static final int MAX_QUEUED = 10_000;

    private static final int MAX_WRITTEN_AT_ONCE = 2_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /**
     * @param ended the step whose end is stored with the event
     * @param changed the steps of which the watcher is told afterwards
     */
    private record Entry(
            Optional<Rollout> rollout, RolloutEvent event, Optional<HostStep> ended, List<HostStep> changed) {}

    private final RolloutStore store;
    private final StepOutcomes outcomes;
    private final StepWatcher watcher;
    private final JdbcTemplate jdbc;
    private final InstantSource clock;
    private final Thread writer;

    /** Held by whoever writes events, until they are committed: readers then never see an id before a lower one. */
    private final ReentrantLock writing = new ReentrantLock();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition queuedChanged = lock.newCondition();
    private final Condition writtenChanged = lock.newCondition();
    private List<Entry> queued = new ArrayList<>();
    private long entered;
    private long written;
    private long news;
    private @Nullable Throwable broken;
    private boolean closed;

    Journal(RolloutStore store, StepOutcomes outcomes, StepWatcher watcher, JdbcTemplate jdbc, InstantSource clock) {
        this.store = store;
        this.outcomes = outcomes;
        this.watcher = watcher;
        this.jdbc = jdbc;
        this.clock = clock;
        this.writer = Thread.ofVirtual().name("rollout-journal").start(this::write);
    }

    void event(
            RolloutId rollout,
            int wave,
            Optional<HostName> host,
            Kind kind,
            String reason,
            String detail,
            long millis) {
        RolloutEvent event = draft(rollout, wave, host, kind, reason, detail, millis);
        add(new Entry(Optional.empty(), event, Optional.empty(), List.of()));
    }

    /** Stores how a step ended together with the event that tells it. */
    void ended(Rollout rollout, HostStep step, Kind kind, String reason, String detail, long millis) {
        RolloutEvent event = draft(rollout.id(), step.wave(), Optional.of(step.name()), kind, reason, detail, millis);
        add(new Entry(Optional.of(rollout), event, Optional.of(step), List.of(step)));
    }

    /** Tells that a wave, already stored, begins with {@code steps}. */
    void begun(Rollout rollout, int wave, List<HostStep> steps, String names) {
        RolloutEvent event = draft(rollout.id(), wave, Optional.empty(), Kind.WAVE, "", names, 0);
        add(new Entry(Optional.of(rollout), event, Optional.empty(), steps));
    }

    private RolloutEvent draft(
            RolloutId rollout,
            int wave,
            Optional<HostName> host,
            Kind kind,
            String reason,
            String detail,
            long millis) {
        return new RolloutEvent(0, rollout, clock.instant(), wave, host, kind, reason, detail, millis);
    }

    private void add(Entry entry) {
        lock.lock();
        try {
            while (queued.size() >= MAX_QUEUED && broken == null && !closed) {
                writtenChanged.awaitUninterruptibly();
            }
            refuseIfBroken();
            queued.add(entry);
            entered++;
            queuedChanged.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs a transaction that writes events itself, by {@link #write}, because they and something else must be stored
     * together.
     */
    <T> T writing(Supplier<T> transaction) {
        writing.lock();
        try {
            return transaction.get();
        } finally {
            writing.unlock();
            announce();
        }
    }

    /** Within {@link #writing} and a transaction: stores an event of a rollout as a whole. */
    void write(RolloutId rollout, Kind kind, String detail) {
        insert(List.of(draft(rollout, 0, Optional.empty(), kind, "", detail, 0)));
    }

    /** Within the same: tells which of {@code steps} wait from the beginning; nothing is sent to their hosts. */
    void writeWaiting(RolloutId rollout, List<HostStep> steps) {
        var events = new ArrayList<RolloutEvent>();
        for (HostStep step : steps) {
            if (step.state() instanceof StepState.Waiting(var reason, var detail)) {
                events.add(
                        draft(rollout, step.wave(), Optional.of(step.name()), Kind.WAITING, reason.word(), detail, 0));
            }
        }
        insert(events);
    }

    private void announce() {
        lock.lock();
        try {
            news++;
            writtenChanged.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when everything added before is in the database.
     *
     * @throws IllegalStateException if it could not be written; what the database says is then what happened
     */
    void flush() {
        lock.lock();
        try {
            long mine = entered;
            long patience = PATIENCE.toNanos();
            while (written < mine) {
                refuseIfBroken();
                if (patience <= 0) {
                    throw new IllegalStateException("the database took no entry within " + PATIENCE.toSeconds() + " s");
                }
                patience = writtenChanged.awaitNanos(patience);
            }
            refuseIfBroken();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the database", e);
        } finally {
            lock.unlock();
        }
    }

    /** After a failed write: forgets what was not written, so that rollouts can be taken up from the database again. */
    void mend() {
        lock.lock();
        try {
            broken = null;
            written = entered;
        } finally {
            lock.unlock();
        }
    }

    private void refuseIfBroken() {
        if (broken instanceof Error error) {
            throw error;
        }
        if (broken != null || closed) {
            throw new IllegalStateException("what happens in rollouts cannot be stored", broken);
        }
    }

    private void write() {
        while (true) {
            List<Entry> batch = takeBatch();
            if (batch.isEmpty()) {
                return;
            }
            Throwable trouble = null;
            writing.lock();
            try {
                store.together(() -> store(batch));
            } catch (RuntimeException | Error e) {
                trouble = e;
            } finally {
                writing.unlock();
            }
            lock.lock();
            try {
                if (trouble != null) {
                    broken = trouble;
                    queued.clear();
                } else {
                    written += batch.size();
                    news++;
                }
                writtenChanged.signalAll();
            } finally {
                lock.unlock();
            }
            if (trouble == null) {
                tellWatcher(batch);
            }
        }
    }

    private void tellWatcher(List<Entry> batch) {
        var changed = new LinkedHashMap<RolloutId, List<HostStep>>();
        var rollouts = new LinkedHashMap<RolloutId, Rollout>();
        for (Entry entry : batch) {
            entry.rollout().ifPresent(rollout -> {
                rollouts.put(rollout.id(), rollout);
                changed.computeIfAbsent(rollout.id(), _ -> new ArrayList<>()).addAll(entry.changed());
            });
        }
        rollouts.forEach((id, rollout) -> {
            try {
                watcher.changed(rollout, changed.getOrDefault(id, List.of()));
            } catch (RuntimeException e) {
                log.atWarn().addKeyValue("rollout", id).setCause(e).log("a watcher of host steps failed");
            }
        });
    }

    private List<Entry> takeBatch() {
        lock.lock();
        try {
            while (queued.isEmpty() && !closed) {
                queuedChanged.awaitUninterruptibly();
            }
            List<Entry> batch = List.copyOf(queued.subList(0, Math.min(queued.size(), MAX_WRITTEN_AT_ONCE)));
            queued = new ArrayList<>(queued.subList(batch.size(), queued.size()));
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void store(List<Entry> batch) {
        Map<RolloutId, List<HostStep>> ended = new LinkedHashMap<>();
        batch.forEach(entry -> entry.ended()
                .ifPresent(step -> ended.computeIfAbsent(entry.event().rollout(), _ -> new ArrayList<>())
                        .add(step)));
        ended.forEach((rollout, steps) -> {
            store.update(rollout, steps);
            outcomes.store(rollout, steps);
        });
        insert(batch.stream().map(Entry::event).toList());
    }

    private void insert(List<RolloutEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        jdbc.batchUpdate(
                "insert into rollout_event (rollout_id, at, wave, host, kind, reason, detail, millis)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?)",
                new BatchPreparedStatementSetter() {
                    @Override
                    public void setValues(PreparedStatement row, int at) throws SQLException {
                        RolloutEvent event = events.get(at);
                        row.setLong(1, event.rollout().value());
                        row.setObject(2, at(event.at()));
                        row.setInt(3, event.wave());
                        row.setString(4, event.host().map(HostName::value).orElse(null));
                        row.setString(5, event.kind().name());
                        row.setString(6, event.reason());
                        row.setString(7, bounded(event.detail(), Columns.MAX_DETAIL));
                        row.setLong(8, event.millis());
                    }

                    @Override
                    public int getBatchSize() {
                        return events.size();
                    }
                });
    }

    /** The events of {@code rollout} with an id above {@code after}, in their order, at most {@code limit}. */
    List<RolloutEvent> since(RolloutId rollout, long after, int limit) {
        return jdbc.query(
                "select * from rollout_event where rollout_id = ? and id > ? order by id limit ?",
                Journal::read,
                rollout.value(),
                after,
                limit);
    }

    private static RolloutEvent read(ResultSet row, int number) throws SQLException {
        return new RolloutEvent(
                row.getLong("id"),
                new RolloutId(row.getLong("rollout_id")),
                Columns.instant(row, "at").orElseThrow(),
                row.getInt("wave"),
                Columns.text(row, "host").map(HostName::new),
                Kind.valueOf(row.getString("kind")),
                row.getString("reason"),
                row.getString("detail"),
                row.getLong("millis"));
    }

    /** Grows whenever events were written; what {@link #awaitNews} compares with. */
    long news() {
        lock.lock();
        try {
            return news;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when something was written after {@code seen}, the journal was closed, or {@code wait} is over. */
    void awaitNews(long seen, Duration wait) throws InterruptedException {
        long patience = wait.toNanos();
        lock.lock();
        try {
            while (news <= seen && !closed && broken == null && patience > 0) {
                patience = writtenChanged.awaitNanos(patience);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is queued and ends. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            queuedChanged.signalAll();
            writtenChanged.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            writer.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
