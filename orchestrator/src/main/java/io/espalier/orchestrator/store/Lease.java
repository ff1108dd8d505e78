package io.espalier.orchestrator.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The lead among orchestrators on one PostgreSQL, in the row of table {@code lead}. Its holder counts up a beat; who stands by
 * and sees no new beat for the whole length of the lease takes it under the next fencing number. Nobody compares clocks: each
 * only measures how long it waited.
 *
 * <p>A holder that was stopped and wakes up finds its lease over by its own clock, its writes refused by the number, and at
 * its next beat that another leads: then {@code onLost} is run, which ends the process.
 */
public final class Lease implements Lead, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

    /** So many beats fit into a lease. */
    private static final int BEATS = 5;

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private record Seen(String holder, long fence, long beat) {}

    private final JdbcClient jdbc;
    private final TransactionTemplate transactions;
    private final String name;
    private final Duration lasts;
    private final InstantSource clock;
    private final Runnable onLost;

    /** Held by who beats or takes; never together with {@link #lock}'s wait. */
    private final ReentrantLock stepping = new ReentrantLock();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closedChanged = lock.newCondition();
    private final List<Runnable> waiting = new ArrayList<>();
    private final Thread thread;
    private boolean closed;
    private boolean begun;

    /** Greater than 0 while this process holds the lead, or did when it last could ask. */
    private volatile long fence;

    private volatile Instant until = Instant.MIN;
    private volatile Optional<Seen> seen = Optional.empty();
    private Instant seenAt = Instant.MIN;

    /**
     * @param database a PostgreSQL, brought to the current schema
     * @param name of this orchestrator, for people
     * @param lasts how long nothing is heard of a holder before another takes over
     * @param onLost run when another has taken over; must not return control to what this process was doing
     */
    public Lease(DataSource database, String name, Duration lasts, InstantSource clock, Runnable onLost) {
        this.jdbc = JdbcClient.create(database);
        this.transactions = new TransactionTemplate(new JdbcTransactionManager(database));
        this.name = name;
        this.lasts = lasts;
        this.clock = clock;
        this.onLost = onLost;
        this.thread = Thread.ofPlatform().name("lease").daemon().unstarted(this::beat);
    }

    /** Begins to beat, or to wait for the lead. */
    public void start() {
        boolean isHeld = look();
        thread.start();
        if (isHeld) {
            due().forEach(Runnable::run);
        }
    }

    private void beat() {
        while (awaitNext()) {
            step();
        }
    }

    private boolean awaitNext() {
        long left = lasts.dividedBy(BEATS).toNanos();
        lock.lock();
        try {
            while (!closed && left > 0) {
                left = closedChanged.awaitNanos(left);
            }
            return !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Beats once, or looks once whether the lead can be had. A database that is away is asked again. */
    void step() {
        if (look()) {
            List<Runnable> due = due();
            if (!due.isEmpty()) {
                // Beats must go on while it begins
                Thread.ofVirtual().name("lead").start(() -> due.forEach(Runnable::run));
            }
        }
    }

    private boolean look() {
        boolean isLost = false;
        stepping.lock();
        try {
            Instant asked = clock.instant();
            if (fence == 0) {
                take(asked);
            } else if (renew()) {
                until = asked.plus(lasts);
            } else {
                isLost = true;
            }
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("the lead among orchestrators cannot be told; asked again");
        } finally {
            stepping.unlock();
        }
        if (isLost) {
            LOG.atError().log("another orchestrator drives the fleet by now; this one ends");
            onLost.run();
        }
        return !isLost && isHeld();
    }

    private boolean renew() {
        return jdbc.sql("update lead set beat = beat + 1 where name = 'fleet' and fence = ?")
                        .param(fence)
                        .update()
                == 1;
    }

    private void take(Instant asked) {
        Long taken = transactions.execute(_ -> takeIfOver(asked));
        if (taken != null) {
            until = asked.plus(lasts);
            fence = taken;
            LOG.atInfo().addKeyValue("fence", taken).log("drives the fleet");
        }
    }

    /** A row that is locked belongs to a holder that is writing just now. */
    private @Nullable Long takeIfOver(Instant asked) {
        Optional<Seen> row = jdbc.sql(
                        "select holder, fence, beat from lead where name = 'fleet' for update skip locked")
                .query((found, _) -> new Seen(found.getString("holder"), found.getLong("fence"), found.getLong("beat")))
                .optional();
        if (row.isEmpty()) {
            return null;
        }
        if (!row.equals(seen)) {
            seen = row;
            seenAt = asked;
        }
        boolean isFree = row.get().holder().isEmpty();
        if (!isFree && asked.isBefore(seenAt.plus(lasts))) {
            return null;
        }
        long next = row.get().fence() + 1;
        jdbc.sql("update lead set holder = ?, fence = ?, beat = 0 where name = 'fleet'")
                .params(name, next)
                .update();
        return next;
    }

    private List<Runnable> due() {
        lock.lock();
        try {
            begun = true;
            List<Runnable> due = List.copyOf(waiting);
            waiting.clear();
            return due;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void whenHeld(Runnable work) {
        lock.lock();
        try {
            if (!begun) {
                waiting.add(work);
                return;
            }
        } finally {
            lock.unlock();
        }
        work.run();
    }

    @Override
    public boolean isHeld() {
        return fence > 0 && clock.instant().isBefore(until);
    }

    @Override
    public Optional<String> holder() {
        return fence > 0 ? Optional.empty() : seen.map(Seen::holder).filter(holder -> !holder.isEmpty());
    }

    @Override
    public <T> T fenced(Supplier<T> write) {
        T result = transactions.execute(status -> {
            if (status.isNewTransaction()) {
                guard();
            }
            return write.get();
        });
        if (result == null) {
            throw new IllegalStateException("a fenced write gave nothing");
        }
        return result;
    }

    /**
     * Keeps the row from being taken, not from beating, until the transaction ends. That ends also when this process is
     * stopped in the middle of it: the server gives up on it after the length of a lease.
     */
    private void guard() {
        boolean isMine = fence > 0
                && jdbc.sql("select set_config('idle_in_transaction_session_timeout', ?, true) from lead"
                                + " where name = 'fleet' and fence = ? for key share")
                        .params(String.valueOf(lasts.toMillis()), fence)
                        .query(String.class)
                        .optional()
                        .isPresent();
        if (!isMine) {
            throw new NotLeadingException("another orchestrator drives the fleet; this one writes nothing");
        }
    }

    /** Gives the lead up, so that another has it at once. To be called after all work has ended. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closedChanged.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(CLOSE_WITHIN.toMillis());
            if (fence > 0) {
                jdbc.sql("update lead set holder = '' where name = 'fleet' and fence = ?")
                        .param(fence)
                        .update();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("the lead could not be given up; another takes it when the lease is over");
        }
    }
}
