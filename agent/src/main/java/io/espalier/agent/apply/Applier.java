package io.espalier.agent.apply;

import io.espalier.agent.fs.FsException;
import io.espalier.agent.observe.Observation;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.LastApply;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes the host from release to release, one at a time. {@link #admit} believes nothing that the orchestrator did not
 * sign and changes nothing; what it lets in runs its {@code Course}; {@link #confirm} keeps what waits to be
 * confirmed, and what is not confirmed goes back by itself.
 */
public final class Applier {

    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    /** Cleaning up waits until the answer is out. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(3);

    /** The longest that an apply waits for cleaning up; it takes milliseconds. */
    private static final Duration CLEANING = Duration.ofSeconds(10);

    private final Gate gate;
    private final Surroundings around;
    private final Parts parts;
    private final Journal journal;
    private final Course course;
    private final Recovery recovery;
    private final Semaphore oneAtATime = new Semaphore(1);
    private final AtomicBoolean willCleanUp = new AtomicBoolean();
    private volatile boolean isCleaningUp;
    /** When the apply that awaits its confirmation was switched, by {@link System#nanoTime}. */
    private volatile long switchedAt = System.nanoTime();
    /** How an apply stands that could not be brought to its end, because the disk takes no record of it. */
    private volatile Optional<LastApply> unwritten = Optional.empty();

    /**
     * What is on disk and how the last apply ended.
     *
     * @param number of the last manifest that was accepted
     */
    public record Standing(
            Optional<ReleaseId> onDisk, long number, boolean awaitingConfirm, Optional<LastApply> last) {}

    /** @throws IOException if what was remembered cannot be read; a person must look */
    public Applier(Gate gate, Surroundings around) throws IOException {
        this.gate = gate;
        this.around = around;
        parts = Parts.in(around);
        journal = parts.journal();
        course = new Course(parts, this::tryAgainLater, this::revertLater, () -> switchedAt = System.nanoTime());
        recovery = new Recovery(parts, this::revertLater);
    }

    public Standing standing() {
        State state = journal.state();
        return new Standing(
                state.onDisk().map(HeldRelease::id),
                state.number(),
                state.awaiting().isPresent(),
                stuck(state).or(() -> ended(state)));
    }

    /** Nothing is told of an apply on its way back: it waited to be confirmed, and that is no longer so. */
    private static Optional<LastApply> ended(State state) {
        boolean isAwaiting = state.awaiting().isPresent();
        return state.last()
                .filter(last -> isAwaiting
                        || state.open()
                                .filter(open -> open.target().number() == last.number())
                                .isEmpty());
    }

    private Optional<LastApply> stuck(State state) {
        return state.open()
                .filter(_ -> state.awaiting().isEmpty())
                .flatMap(open ->
                        unwritten.filter(last -> last.number() == open.target().number()));
    }

    /** The release on disk. */
    public Optional<Release> release() throws IOException {
        return parts.releases().onDisk();
    }

    public boolean isApplying() {
        return oneAtATime.availablePermits() == 0;
    }

    /**
     * Brings what a crash cut off to its end: the release before, or the wait for a confirmation. To be called once,
     * before anything is admitted.
     *
     * @throws IOException if the host could not be put back; it is tried again later
     */
    public void recover() throws IOException {
        oneAtATime.acquireUninterruptibly();
        try {
            recovery.run();
        } catch (Failure e) {
            tryAgainLater(Course.stuck(e.reason(), "the agent was stopped in the middle", e));
            throw new IOException(e.detail(), e);
        } catch (IOException e) {
            tryAgainLater(Course.stuck(Failure.of(e).reason(), "the agent was stopped in the middle", e));
            throw e;
        } finally {
            done(true);
        }
    }

    /**
     * Lets one manifest in, if it is to be believed and nothing else is under way.
     *
     * @param expected see {@link io.espalier.protocol.wire.Message.Apply}
     * @param openedAt when the asking connection was opened, by {@link System#nanoTime}
     */
    public Admission admit(SignedManifest signed, Optional<Digest> expected, long openedAt) {
        if (!begin()) {
            return turned(new Failure(Reason.BUSY, "another apply is under way"));
        }
        boolean admitted = false;
        try {
            long began = System.nanoTime();
            Manifest manifest = gate.verify(signed);
            gate.checkNumber(manifest, journal.state().number());
            settleOpen(openedAt);
            try {
                Ticket ticket = takeStock(signed, manifest, expected, began);
                admitted = true;
                return new Admission.Admitted(ticket);
            } catch (IOException e) {
                return new Admission.Turned(course.note(manifest, Failure.of(e)));
            } catch (Failure e) {
                return new Admission.Turned(course.note(manifest, e));
            }
        } catch (Failure e) {
            return turned(e);
        } finally {
            if (!admitted) {
                done(false);
            }
        }
    }

    /** False at once if an apply is under way; cleaning up is waited for, since nobody asked for it. */
    private boolean begin() {
        if (oneAtATime.tryAcquire()) {
            return true;
        }
        try {
            return isCleaningUp && oneAtATime.tryAcquire(CLEANING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Admission turned(Failure e) {
        return new Admission.Turned(new ApplyOutcome.Rejected(e.reason(), e.detail()));
    }

    /** A connection that came after the switch confirms by being there; anything else open is taken back first. */
    private void settleOpen(long openedAt) throws Failure {
        Optional<State.Open> open = journal.state().open();
        if (open.isEmpty()) {
            return;
        }
        try {
            if (!(open.get().phase() instanceof State.Phase.Awaiting awaiting)) {
                recovery.takeBack(open.get());
            } else if (openedAt - switchedAt > 0) {
                commit(awaiting);
            } else {
                throw new Failure(
                        Reason.BUSY,
                        "manifest " + open.get().target().number() + " waits to be confirmed over a new connection");
            }
        } catch (IOException e) {
            throw new Failure(
                    Failure.of(e).reason(), "an earlier apply could not be brought to its end: " + e.getMessage());
        }
    }

    private Ticket takeStock(SignedManifest signed, Manifest manifest, Optional<Digest> expected, long began)
            throws IOException, Failure {
        gate.checkPaths(manifest);
        Release wanted = manifest.release();
        Observation seen = around.observer().observe(Supplies.paths(wanted, release()), Supplies.purged(wanted));
        if (expected.isPresent()) {
            Digest found = seen.toMessage(Optional.empty(), around.names()).digest();
            if (!found.equals(expected.get())) {
                throw new Failure(
                        Reason.HOST_MOVED,
                        "the host no longer holds what the plan was made from (" + found.abbreviated() + ", not "
                                + expected.get().abbreviated() + ")");
            }
        }
        Map<Digest, Long> missing = parts.supplies().missing(wanted, seen);
        parts.supplies().checkRoom(wanted, seen, missing);
        return new Ticket(this, signed, manifest, seen, missing, System.nanoTime() - began);
    }

    Optional<ApplyOutcome> receive(Ticket ticket, InputStream in) throws IOException {
        try {
            parts.supplies().receive(ticket.missingSizes(), in);
            return Optional.empty();
        } catch (FsException e) {
            return Optional.of(course.note(ticket.manifest(), Failure.of(e)));
        } catch (Failure e) {
            return Optional.of(course.note(ticket.manifest(), e));
        }
    }

    ApplyOutcome carryOut(Ticket ticket, Follower follower) {
        return course.run(ticket, follower);
    }

    /** The ticket is closed. */
    void done() {
        done(true);
    }

    private void done(boolean cleanUp) {
        oneAtATime.release();
        if (cleanUp && willCleanUp.compareAndSet(false, true)) {
            around.alarms().after(AFTERWARDS, this::cleanUp);
        }
    }

    /**
     * Keeps the release of manifest {@code number}. May be asked again.
     *
     * @param openedAt when the asking connection was opened, by {@link System#nanoTime}; one from before the switch
     *     proves nothing
     * @return how the apply of that manifest ended
     */
    public ApplyOutcome confirm(long number, long openedAt) throws Failure {
        if (!begin()) {
            throw new Failure(Reason.BUSY, "an apply is under way");
        }
        try {
            State state = journal.state();
            Optional<State.Phase.Awaiting> awaiting = state.awaiting();
            if (awaiting.isPresent() && state.number() == number) {
                if (openedAt - switchedAt <= 0) {
                    throw new Failure(Reason.NOT_CONFIRMED, "this connection is older than the switch; open a new one");
                }
                commit(awaiting.get());
            }
            return journal.state()
                    .last()
                    .filter(last -> last.number() == number)
                    .map(LastApply::outcome)
                    .orElseThrow(() -> new Failure(
                            Reason.NUMBER_TOO_OLD, "manifest " + number + " is not the last one that was applied"));
        } catch (IOException e) {
            throw Failure.of(e);
        } finally {
            done(true);
        }
    }

    private void commit(State.Phase.Awaiting awaiting) throws IOException {
        LastApply soFar = awaiting.soFar();
        ApplyOutcome outcome = soFar.outcome() instanceof ApplyOutcome.Applied applied
                ? new ApplyOutcome.Applied(applied.changed(), applied.reloaded(), false, applied.tookMillis())
                : soFar.outcome();
        journal.append(new JournalRecord.Committed(new LastApply(
                soFar.number(), soFar.release(), outcome, around.clock().instant())));
    }

    private void revertLater(long number, Duration within) {
        around.alarms().after(within, () -> revert(number));
    }

    private void revert(long number) {
        oneAtATime.acquireUninterruptibly();
        try {
            Optional<State.Open> open = journal.state().open();
            if (open.isPresent()
                    && open.get().target().number() == number
                    && open.get().phase() instanceof State.Phase.Awaiting) {
                course.takeBack(
                        Reason.NOT_CONFIRMED,
                        "not confirmed in time",
                        open.get().transition().changedUnits());
            }
        } finally {
            done(true);
        }
    }

    /** @param outcome to be told until it can be written down */
    private void tryAgainLater(ApplyOutcome outcome) {
        unwritten = journal.state()
                .open()
                .map(open -> new LastApply(
                        open.target().number(),
                        open.target().id(),
                        outcome,
                        around.clock().instant()));
        tryAgainLater();
    }

    private void tryAgainLater() {
        around.alarms().after(TRY_AGAIN, this::tryAgain);
    }

    private void tryAgain() {
        oneAtATime.acquireUninterruptibly();
        try {
            Optional<State.Open> open = journal.state().open();
            if (open.isPresent() && !(open.get().phase() instanceof State.Phase.Awaiting)) {
                recovery.takeBack(open.get());
            }
        } catch (IOException | Failure e) {
            tryAgainLater();
        } finally {
            done(false);
        }
    }

    private void cleanUp() {
        willCleanUp.set(false);
        if (!oneAtATime.tryAcquire()) {
            return; // what is under way cleans up behind itself
        }
        isCleaningUp = true;
        try {
            journal.compact();
            parts.blobs().retain(parts.releases().blobsInUse());
            around.whenIdle().run();
        } catch (IOException e) {
            return; // only costs room; the next apply tries again
        } finally {
            isCleaningUp = false;
            done(false);
        }
    }
}
