package io.espalier.orchestrator.source;

import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at one source again and again: waits for its interval or a poke, looks, announces what is new, and decides from
 * the outcome when to look next. Any number of pokes while it looks cost one more look.
 */
final class Watcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

    /** What watchers share; {@code atOnce} bounds how many of them fetch at a time. */
    record Surroundings(
            SourceStates states,
            SourceListener listener,
            Pace pace,
            InstantSource clock,
            RandomGenerator random,
            Semaphore atOnce) {}

    private final SourceName source;
    private final SourceSpec spec;
    private final Digest key;
    private final Supplier<Mirror> opener;
    private final Surroundings with;

    /** Held for the length of a look. */
    private final ReentrantLock looking = new ReentrantLock(true);

    private final ReentrantLock waking = new ReentrantLock();
    private final Condition woken = waking.newCondition();
    private boolean poked;
    private volatile boolean closed;
    private int failures;
    private @Nullable Thread thread;
    private volatile @Nullable Mirror mirror;
    private volatile SourceStates.Stored known;
    private volatile @Nullable Snapshot latest;

    Watcher(SourceName source, SourceSpec spec, Supplier<Mirror> opener, Surroundings with) {
        this.source = source;
        this.spec = spec;
        this.key = SpecKey.of(spec);
        this.opener = opener;
        this.with = with;
        this.known = with.states()
                .load(source)
                .orElseGet(() -> new SourceStates.Stored(
                        Optional.empty(),
                        Optional.empty(),
                        Instant.EPOCH,
                        Optional.empty(),
                        new Outcome.Waiting(Reason.BUSY, "not looked at yet")));
    }

    void start() {
        thread = Thread.ofVirtual().name("watch-" + source).start(this::run);
    }

    private void run() {
        Duration delay = Duration.ZERO;
        while (await(delay)) {
            with.atOnce().acquireUninterruptibly();
            looking.lock();
            try {
                look();
                delay = with.pace().after(known.outcome(), failures, with.random());
            } finally {
                looking.unlock();
                with.atOnce().release();
            }
        }
    }

    /** False once closed. */
    private boolean await(Duration delay) {
        waking.lock();
        try {
            long left = delay.toNanos();
            while (!poked && !closed && left > 0) {
                left = woken.awaitNanos(left);
            }
            poked = false;
            return !closed;
        } catch (InterruptedException _) {
            return false;
        } finally {
            waking.unlock();
        }
    }

    /** Has the source looked at soon; returns at once. */
    void poke() {
        waking.lock();
        try {
            poked = true;
            woken.signal();
        } finally {
            waking.unlock();
        }
    }

    /**
     * Looks now, on this thread.
     *
     * @throws SourceException with {@code busy} if another look takes longer than {@code patience}
     */
    SourceState sync(Duration patience) {
        if (looking.isHeldByCurrentThread()) {
            // A listener asks while it is being told
            return state();
        }
        try {
            if (!looking.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new SourceException(Reason.BUSY, source + ": another look at it is still going on");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new SourceException(Reason.INTERRUPTED, source + ": interrupted while another look was going on");
        }
        try {
            look();
            return state();
        } finally {
            looking.unlock();
        }
    }

    private void look() {
        if (closed) {
            return;
        }
        Outcome outcome;
        SourceStates.Stored before = known;
        Optional<Commit> commit = before.commit();
        Optional<Digest> announced = before.key();
        Optional<Instant> changedAt = before.changedAt();
        try {
            Commit found = mirror().look();
            if (!announced.equals(Optional.of(key))
                    || !commit.map(Commit::revision).equals(Optional.of(found.revision()))) {
                latest = null;
                with.listener().advanced(new SourceAdvanced(source, found));
                changedAt = Optional.of(with.clock().instant());
                LOG.atInfo()
                        .addKeyValue("source", source)
                        .addKeyValue("revision", found.revision())
                        .log("source advanced");
            }
            commit = Optional.of(found);
            announced = Optional.of(key);
            outcome = new Outcome.Settled();
        } catch (SourceException e) {
            outcome = Outcome.of(e);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("source", source)
                    .setCause(e)
                    .log("a look at a source broke; it will be tried again");
            outcome = new Outcome.Failed(
                    Reason.INTERNAL, "unexpected: " + e.getClass().getSimpleName());
        }
        failures = outcome instanceof Outcome.Settled ? 0 : failures + 1;
        report(before.outcome(), outcome);
        remember(new SourceStates.Stored(announced, commit, with.clock().instant(), changedAt, outcome));
    }

    private void remember(SourceStates.Stored now) {
        known = now;
        try {
            with.states().save(source, now);
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("source", source)
                    .setCause(e)
                    .log("the state of a source could not be saved; a restart may announce its revision again");
        }
    }

    private void report(Outcome before, Outcome now) {
        if (!now.equals(before) && !(now instanceof Outcome.Settled)) {
            LOG.atWarn()
                    .addKeyValue("source", source)
                    .addKeyValue("outcome", now)
                    .log("source cannot be read");
        }
    }

    private Mirror mirror() {
        Mirror open = mirror;
        if (open == null) {
            synchronized (this) {
                open = mirror;
                if (open == null) {
                    open = opener.get();
                    mirror = open;
                }
            }
        }
        return open;
    }

    SourceSpec spec() {
        return spec;
    }

    SourceState state() {
        SourceStates.Stored now = known;
        return new SourceState(
                source,
                spec,
                now.commit(),
                Optional.of(now.lookedAt()).filter(at -> !at.equals(Instant.EPOCH)),
                now.changedAt(),
                now.outcome());
    }

    /** @throws SourceException with {@code invalid-revision} if none was seen yet */
    Snapshot snapshot() {
        Revision revision = known.commit()
                .map(Commit::revision)
                .orElseThrow(
                        () -> new SourceException(Reason.INVALID_REVISION, source + ": nothing was read of it yet"));
        Snapshot cached = latest;
        if (cached == null || !cached.commit().revision().equals(revision)) {
            cached = mirror().snapshot(revision);
            latest = cached;
        }
        return cached;
    }

    Snapshot snapshot(Revision revision) {
        return mirror().snapshot(revision);
    }

    Snapshot snapshot(String refOrRevision) {
        Revision revision = mirror().resolve(refOrRevision)
                .orElseThrow(() -> new SourceException(
                        Reason.INVALID_REVISION, source + ": no revision '" + refOrRevision + "' is held here"));
        return mirror().snapshot(revision);
    }

    /** Ends the watch after the look that is going on, if one is; what was read stays readable. */
    @Override
    public void close() {
        closed = true;
        poke();
        Mirror open = mirror;
        if (open != null) {
            open.close();
        }
    }

    /** Waits, after {@link #close()}, for the look that is going on. */
    void awaitEnd(Duration patience) throws InterruptedException {
        Thread running = thread;
        if (running != null && patience.isPositive()) {
            running.join(patience);
        }
    }
}
