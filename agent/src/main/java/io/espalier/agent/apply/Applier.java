package io.espalier.agent.apply;

import io.espalier.agent.fs.Fs;
import io.espalier.agent.fs.FsException;
import io.espalier.agent.observe.Observation;
import io.espalier.agent.system.HostException;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.ApplyStep;
import io.espalier.protocol.wire.LastApply;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Takes the host from release to release, one at a time. Admission ({@link #admit}) believes nothing that the
 * orchestrator did not sign and changes nothing. Carrying out changes files only between two journal records, so that
 * {@link #recover} can always tell the old release from the new.
 */
public final class Applier {

    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    /** Cleaning up waits until the answer is out. */
    private static final Duration AFTERWARDS = Duration.ofSeconds(3);

    private final Gate gate;
    private final Surroundings around;
    private final Fs fs;
    private final Journal journal;
    private final BlobStore blobs;
    private final Releases releases;
    private final Supplies supplies;
    private final Validation validation;
    private final Preparation preparation;
    private final Switch files;
    private final Services services;
    private final WayBack wayBack;
    private final Semaphore oneAtATime = new Semaphore(1);
    /** When the apply that awaits its confirmation was switched, by {@link System#nanoTime}. */
    private volatile long switchedAt = System.nanoTime();

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
        fs = around.fs();
        String state = around.stateFolder();
        makeFolder(Fs.in(state, "blobs"));
        makeFolder(Fs.in(state, "stage"));
        journal = Journal.open(fs, Fs.in(state, "journal"));
        blobs = new BlobStore(fs, Fs.in(state, "blobs"));
        releases = new Releases(journal, blobs);
        supplies = new Supplies(fs, blobs, state);
        Map<String, String> placeholders = Map.of("{root}", around.realRoot());
        validation = new Validation(fs, blobs, around.host(), placeholders, Fs.in(state, "stage"), around.realRoot());
        preparation = new Preparation(fs, around.host(), around.names(), around.observer(), supplies, validation);
        files = new Switch(fs, blobs, around.digests());
        services = new Services(around.host(), placeholders);
        wayBack = new WayBack(journal, files, services, around.host(), releases, around.clock());
    }

    private void makeFolder(String path) throws FsException {
        if (fs.look(path).isEmpty()) {
            fs.makeFolder(path, 0700);
            fs.syncFolder(Fs.folderOf(path));
        }
    }

    public Standing standing() {
        State state = journal.state();
        return new Standing(
                state.onDisk().map(HeldRelease::id),
                state.number(),
                state.awaiting().isPresent(),
                state.last());
    }

    /** The release on disk. */
    public Optional<Release> release() throws IOException {
        return releases.onDisk();
    }

    public boolean isApplying() {
        return oneAtATime.availablePermits() == 0;
    }

    // ---- admission ----

    /**
     * Lets one manifest in, if it is to be believed and nothing else is under way.
     *
     * @param expected see {@link io.espalier.protocol.wire.Message.Apply}
     * @param openedAt when the asking connection was opened, by {@link System#nanoTime}
     */
    public Admission admit(SignedManifest signed, Optional<Digest> expected, long openedAt) {
        if (!oneAtATime.tryAcquire()) {
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
                return new Admission.Turned(note(manifest, Failure.of(e)));
            } catch (Failure e) {
                return new Admission.Turned(note(manifest, e));
            }
        } catch (Failure e) {
            return turned(e);
        } finally {
            if (!admitted) {
                done(false);
            }
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
                takeBackAfterCrash(open.get());
            } else if (openedAt - switchedAt > 0) {
                commitAwaiting(awaiting);
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
        Observation seen =
                around.observer().observe(Supplies.paths(wanted, releases.onDisk()), Supplies.purged(wanted));
        if (expected.isPresent()) {
            Digest found = seen.toMessage(Optional.empty(), around.names()).digest();
            if (!found.equals(expected.get())) {
                throw new Failure(
                        Reason.HOST_MOVED,
                        "the host no longer holds what the plan was made from (" + found.abbreviated() + ", not "
                                + expected.get().abbreviated() + ")");
            }
        }
        Map<Digest, Long> missing = supplies.missing(wanted, seen);
        supplies.checkRoom(wanted, seen, missing);
        return new Ticket(this, signed, manifest, seen, missing, System.nanoTime() - began);
    }

    Optional<ApplyOutcome> receive(Ticket ticket, InputStream in) throws IOException {
        try {
            supplies.receive(ticket.missingSizes(), in);
            return Optional.empty();
        } catch (FsException e) {
            return Optional.of(note(ticket.manifest(), Failure.of(e)));
        } catch (Failure e) {
            return Optional.of(note(ticket.manifest(), e));
        }
    }

    /** Remembers that the manifest was used up. If even that fails, it was not: the same may be sent again. */
    private ApplyOutcome.Rejected note(Manifest manifest, Failure failure) {
        var outcome = new ApplyOutcome.Rejected(failure.reason(), failure.detail());
        try {
            journal.append(new JournalRecord.Noted(new LastApply(
                    manifest.number(),
                    manifest.release().id(),
                    outcome,
                    around.clock().instant())));
            return outcome;
        } catch (IOException e) {
            return new ApplyOutcome.Rejected(
                    failure.reason(), failure.detail() + " (and could not be noted: " + e.getMessage() + ")");
        }
    }

    /** The ticket is closed. */
    void done() {
        done(true);
    }

    private void done(boolean cleanUp) {
        oneAtATime.release();
        if (cleanUp) {
            around.alarms().after(AFTERWARDS, this::cleanUp);
        }
    }

    // ---- carrying out ----

    ApplyOutcome carryOut(Ticket ticket, Follower follower) {
        long began = System.nanoTime() - ticket.admissionNanos();
        Manifest manifest = ticket.manifest();
        Transition transition;
        HeldRelease target;
        try {
            follower.step(ApplyStep.STAGED, ticket.missing().size() + " blobs came");
            transition = preparation.prepare(ticket, releases.onDisk(), follower);
            target = keep(ticket);
            if (transition.isEmpty()) {
                blobs.sync(target.manifest());
                journal.append(new JournalRecord.Adopted(target, around.clock().instant()));
                return new ApplyOutcome.Unchanged();
            }
        } catch (Failure e) {
            return note(manifest, e);
        } catch (IOException e) {
            return note(manifest, Failure.of(e));
        } catch (RuntimeException | OutOfMemoryError e) {
            return note(manifest, unexpected(e));
        }
        Optional<ApplyOutcome> failed = switchFiles(target, transition);
        if (failed.isPresent()) {
            return failed.get();
        }
        follower.step(ApplyStep.SWITCHED, transition.steps().size() + " paths");
        return bringIntoUse(manifest, transition, began, follower);
    }

    private HeldRelease keep(Ticket ticket) throws IOException, Failure {
        byte[] signed = Releases.encode(ticket.signed());
        Digest digest = Digest.of(signed);
        blobs.put(digest, signed);
        return new HeldRelease(
                ticket.manifest().number(), ticket.manifest().release().id(), digest);
    }

    /** Empty if all files are in place and durable; else how it ended, with the host as it was. */
    private Optional<ApplyOutcome> switchFiles(HeldRelease target, Transition transition) {
        Failure failure;
        try {
            journal.appendUnsynced(new JournalRecord.Begun(target, transition));
            try {
                fs.syncFilesystem(around.stateFolder()); // the record, and all bytes for both ways
            } catch (IOException e) {
                journal.distrust();
                throw e;
            }
            files.forth(target.number(), transition);
            journal.append(new JournalRecord.Switched());
            switchedAt = System.nanoTime();
            return Optional.empty();
        } catch (Failure e) {
            failure = e;
        } catch (IOException e) {
            failure = Failure.of(e);
        } catch (RuntimeException | OutOfMemoryError e) {
            failure = unexpected(e);
        }
        return Optional.of(putBack(target, transition, failure));
    }

    private ApplyOutcome putBack(HeldRelease target, Transition transition, Failure failure) {
        var outcome = new ApplyOutcome.Rejected(failure.reason(), failure.detail());
        try {
            files.back(target.number(), transition);
        } catch (IOException | Failure | RuntimeException | OutOfMemoryError e) {
            return stuck(failure.reason(), failure.detail(), e);
        }
        var ended = new LastApply(
                target.number(), target.id(), outcome, around.clock().instant());
        try {
            journal.append(
                    journal.state().open().isPresent()
                            ? new JournalRecord.RolledBack(ended)
                            : new JournalRecord.Noted(ended));
        } catch (IOException e) {
            tryAgainLater(); // the host is as it was; only the journal still has to learn it
        }
        return outcome;
    }

    private ApplyOutcome bringIntoUse(Manifest manifest, Transition transition, long began, Follower follower) {
        var reloaded = new ArrayList<String>();
        Failure failure;
        try {
            for (Setting setting : transition.settings()) {
                change(setting);
            }
            List<Unit> units = Services.named(manifest.release(), transition.changedUnits());
            services.check(units);
            services.reload(units, reloaded::add);
            follower.step(ApplyStep.RELOADED, String.join(", ", reloaded));
            services.askHealth(manifest.release());
            follower.step(ApplyStep.HEALTHY, "");
            return commit(manifest, transition.steps().size(), reloaded, began, follower);
        } catch (Failure e) {
            failure = e;
        } catch (IOException e) {
            failure = Failure.of(e);
        } catch (RuntimeException | OutOfMemoryError e) {
            failure = unexpected(e);
        }
        ApplyOutcome outcome = takeBack(failure.reason(), failure.detail(), reloaded);
        follower.step(ApplyStep.ROLLED_BACK, failure.detail());
        return outcome;
    }

    private void change(Setting setting) throws Failure {
        try {
            around.host().changeSetting(setting.name(), setting.after());
        } catch (HostException e) {
            throw new Failure(Reason.SYSCTL_FAILED, setting.name() + ": " + e.getMessage());
        }
    }

    private ApplyOutcome commit(Manifest manifest, int changed, List<String> reloaded, long began, Follower follower)
            throws IOException {
        Duration within = manifest.confirmWithin();
        boolean awaiting = within.isPositive();
        long took = (System.nanoTime() - began) / 1_000_000;
        var outcome = new ApplyOutcome.Applied(changed, reloaded, awaiting, took);
        Instant now = around.clock().instant();
        var ended = new LastApply(manifest.number(), manifest.release().id(), outcome, now);
        if (awaiting) {
            journal.append(new JournalRecord.Awaiting(now.plus(within), ended));
            around.alarms().after(within, () -> revert(manifest.number()));
        } else {
            journal.append(new JournalRecord.Committed(ended));
            follower.step(ApplyStep.COMMITTED, "");
        }
        return outcome;
    }

    // ---- confirming ----

    /**
     * Keeps the release of manifest {@code number}. May be asked again.
     *
     * @param openedAt when the asking connection was opened, by {@link System#nanoTime}; one from before the switch
     *     proves nothing
     * @return how the apply of that manifest ended
     */
    public ApplyOutcome confirm(long number, long openedAt) throws Failure {
        if (!oneAtATime.tryAcquire()) {
            throw new Failure(Reason.BUSY, "an apply is under way");
        }
        try {
            State state = journal.state();
            Optional<State.Phase.Awaiting> awaiting = state.awaiting();
            if (awaiting.isPresent() && state.number() == number) {
                if (openedAt - switchedAt <= 0) {
                    throw new Failure(Reason.NOT_CONFIRMED, "this connection is older than the switch; open a new one");
                }
                commitAwaiting(awaiting.get());
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

    private void commitAwaiting(State.Phase.Awaiting awaiting) throws IOException {
        LastApply soFar = awaiting.soFar();
        ApplyOutcome outcome =
                soFar.outcome() instanceof ApplyOutcome.Applied(var changed, var reloaded, var waited, var took)
                        ? new ApplyOutcome.Applied(changed, reloaded, false, took)
                        : soFar.outcome();
        journal.append(new JournalRecord.Committed(new LastApply(
                soFar.number(), soFar.release(), outcome, around.clock().instant())));
    }

    private void revert(long number) {
        oneAtATime.acquireUninterruptibly();
        try {
            Optional<State.Open> open = journal.state().open();
            if (open.isPresent()
                    && open.get().target().number() == number
                    && open.get().phase() instanceof State.Phase.Awaiting) {
                takeBack(
                        Reason.NOT_CONFIRMED,
                        "not confirmed in time",
                        open.get().transition().changedUnits());
            }
        } finally {
            done(true);
        }
    }

    // ---- going back ----

    private ApplyOutcome takeBack(Reason reason, String detail, List<String> reloaded) {
        State.Open open = journal.state().open().orElseThrow();
        try {
            return wayBack.take(open, reason, detail, reloaded);
        } catch (IOException | Failure | RuntimeException | OutOfMemoryError e) {
            return stuck(reason, detail, e);
        }
    }

    private ApplyOutcome stuck(Reason reason, String detail, Throwable e) {
        tryAgainLater();
        return new ApplyOutcome.RolledBack(reason, detail + "; could not be put back yet: " + e.getMessage(), false);
    }

    private void tryAgainLater() {
        around.alarms().after(TRY_AGAIN, () -> {
            oneAtATime.acquireUninterruptibly();
            try {
                Optional<State.Open> open = journal.state().open();
                if (open.isPresent() && !(open.get().phase() instanceof State.Phase.Awaiting)) {
                    takeBackAfterCrash(open.get());
                }
            } catch (IOException | Failure e) {
                tryAgainLater();
            } finally {
                done(false);
            }
        });
    }

    /**
     * Brings what a crash cut off to its end: the release before, or the wait for a confirmation. To be called once,
     * before anything is admitted. May itself be cut off and called again.
     *
     * @throws IOException if the host could not be put back; it is tried again later
     */
    public void recover() throws IOException {
        oneAtATime.acquireUninterruptibly();
        try {
            validation.clear();
            Optional<State.Open> open = journal.state().open();
            if (open.isPresent()) {
                recover(open.get());
            }
            keepSettings();
        } catch (Failure e) {
            tryAgainLater();
            throw new IOException(e.detail(), e);
        } catch (IOException e) {
            tryAgainLater();
            throw e;
        } finally {
            done(true);
        }
    }

    private void recover(State.Open open) throws IOException, Failure {
        if (open.phase() instanceof State.Phase.Awaiting(var deadline, var soFar)) {
            Duration left = Duration.between(around.clock().instant(), deadline);
            if (left.isPositive()) {
                around.alarms().after(left, () -> revert(open.target().number()));
            } else {
                wayBack.take(
                        open,
                        Reason.NOT_CONFIRMED,
                        "not confirmed in time; the agent was not running when it was up",
                        open.transition().changedUnits());
            }
        } else {
            takeBackAfterCrash(open);
        }
    }

    private void takeBackAfterCrash(State.Open open) throws IOException, Failure {
        List<String> all = open.transition().changedUnits();
        switch (open.phase()) {
            case State.Phase.Begun() ->
                wayBack.take(
                        open,
                        Reason.INTERRUPTED,
                        "the agent was stopped while it laid files",
                        files.isDisplaced(open.transition()) ? all : List.of());
            case State.Phase.Switched(), State.Phase.Awaiting _ ->
                wayBack.take(open, Reason.INTERRUPTED, "the agent was stopped before the new release was in use", all);
            case State.Phase.Undoing(var reason, var detail) -> wayBack.take(open, reason, detail, all);
        }
    }

    /** Kernel settings do not outlive a reboot; those of the release are set again. */
    private void keepSettings() throws IOException, Failure {
        Optional<Release> release = releases.onDisk();
        if (release.isEmpty()) {
            return;
        }
        for (Unit unit : release.get().units()) {
            for (Map.Entry<String, String> wanted : unit.sysctl().entrySet()) {
                try {
                    String now = around.host().setting(wanted.getKey());
                    if (!Preparation.isSame(now, wanted.getValue())) {
                        around.host().changeSetting(wanted.getKey(), wanted.getValue());
                    }
                } catch (HostException e) {
                    continue; // shows as drift, and the next apply says why
                }
            }
        }
    }

    private void cleanUp() {
        if (!oneAtATime.tryAcquire()) {
            return; // what is under way cleans up behind itself
        }
        try {
            journal.compact();
            blobs.retain(releases.blobsInUse());
        } catch (IOException e) {
            return; // only costs room; the next apply tries again
        } finally {
            done(false);
        }
    }

    private static Failure unexpected(Throwable e) {
        return e instanceof OutOfMemoryError
                ? new Failure(Reason.TOO_LARGE, "the release does not fit the agent's memory")
                : new Failure(Reason.INTERNAL, e.toString());
    }
}
