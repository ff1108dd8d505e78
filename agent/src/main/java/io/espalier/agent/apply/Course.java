package io.espalier.agent.apply;

import io.espalier.agent.system.HostException;
import io.espalier.agent.system.Uptime;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.ApplyStep;
import io.espalier.protocol.wire.LastApply;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * An admitted manifest's way to its end: prepare, switch the files, bring them into use, commit; or back. Whatever
 * goes wrong, it ends in an outcome that says what the host holds.
 */
final class Course {

    private final Parts parts;
    private final Consumer<ApplyOutcome> tryAgainLater;
    private final BiConsumer<Long, Duration> armRevert;
    private final Runnable switched;

    /**
     * @param tryAgainLater is told how an apply stands whose end could not be reached or written down
     * @param armRevert is told a manifest's number and how long its confirmation is waited for
     * @param switched is called when all new files are in place
     */
    Course(Parts parts, Consumer<ApplyOutcome> tryAgainLater, BiConsumer<Long, Duration> armRevert, Runnable switched) {
        this.parts = parts;
        this.tryAgainLater = tryAgainLater;
        this.armRevert = armRevert;
        this.switched = switched;
    }

    ApplyOutcome run(Ticket ticket, Follower follower) {
        long began = System.nanoTime() - ticket.admissionNanos();
        Manifest manifest = ticket.manifest();
        Transition transition;
        HeldRelease target;
        try {
            follower.step(ApplyStep.STAGED, came(ticket.missing().size()));
            Optional<Release> onDisk = parts.releases().onDisk();
            transition = parts.preparation().prepare(ticket, onDisk, follower);
            if (transition.isEmpty() && !onDisk.equals(Optional.of(manifest.release()))) {
                tryRules(manifest.release(), onDisk, follower);
            }
            target = keep(ticket);
            if (transition.isEmpty()) {
                parts.blobs().sync(target.manifest());
                parts.journal().append(new JournalRecord.Adopted(target, now()));
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
        follower.step(ApplyStep.SWITCHED, counted(transition.steps().size(), "path"));
        return bringIntoUse(manifest, transition, began, follower);
    }

    private static String came(int blobs) {
        return blobs == 0 ? "nothing was missing" : counted(blobs, "blob") + " came";
    }

    private static String counted(int count, String what) {
        return count == 1 ? "1 " + what : count + " " + what + "s";
    }

    /**
     * The files are there already and the rules are others: the host takes them if its services, as they run, pass
     * them. There is nothing to reload and nothing to put back.
     */
    private void tryRules(Release release, Optional<Release> onDisk, Follower follower) throws Failure {
        parts.services().check(Services.withOther(Unit::check, release, onDisk));
        parts.services().askHealth(release);
        follower.step(ApplyStep.HEALTHY, "");
    }

    /** Remembers that the manifest was used up. If even that fails, it was not: the same may be sent again. */
    ApplyOutcome.Rejected note(Manifest manifest, Failure failure) {
        var outcome = new ApplyOutcome.Rejected(failure.reason(), failure.detail());
        try {
            parts.journal().append(new JournalRecord.Noted(ended(manifest, outcome)));
            return outcome;
        } catch (IOException e) {
            return new ApplyOutcome.Rejected(
                    failure.reason(), failure.detail() + " (and could not be noted: " + e.getMessage() + ")");
        }
    }

    private HeldRelease keep(Ticket ticket) throws IOException, Failure {
        byte[] signed = Releases.encode(ticket.signed());
        Digest digest = Digest.of(signed);
        parts.blobs().put(digest, signed);
        return new HeldRelease(
                ticket.manifest().number(), ticket.manifest().release().id(), digest);
    }

    /** Empty if all files are in place and durable; else how it ended, with the host as it was. */
    private Optional<ApplyOutcome> switchFiles(HeldRelease target, Transition transition) {
        Failure failure;
        try {
            parts.journal().appendUnsynced(new JournalRecord.Begun(target, transition));
            try {
                // The record, and all bytes for both ways.
                parts.around().fs().syncFilesystem(parts.around().stateFolder());
            } catch (IOException e) {
                parts.journal().distrust();
                throw e;
            }
            parts.files().forth(target.number(), transition);
            parts.journal().append(new JournalRecord.Switched());
            switched.run();
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
            parts.files().back(target.number(), transition);
        } catch (IOException | Failure | RuntimeException | OutOfMemoryError e) {
            return later(stuck(failure.reason(), failure.detail(), e));
        }
        var ended = new LastApply(target.number(), target.id(), outcome, now());
        try {
            parts.journal()
                    .append(
                            parts.journal().state().open().isPresent()
                                    ? new JournalRecord.RolledBack(ended)
                                    : new JournalRecord.Noted(ended));
        } catch (IOException e) {
            tryAgainLater.accept(outcome); // the host is as it was; only the journal still has to learn it
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
            parts.services().check(units);
            parts.services().reload(units, reloaded::add);
            follower.step(ApplyStep.RELOADED, String.join(", ", reloaded));
            parts.services().askHealth(manifest.release());
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
            parts.around().host().changeSetting(setting.name(), setting.after());
        } catch (HostException e) {
            throw new Failure(Reason.SYSCTL_FAILED, String.valueOf(e.getMessage()));
        }
    }

    private ApplyOutcome commit(Manifest manifest, int changed, List<String> reloaded, long began, Follower follower)
            throws IOException {
        Duration within = manifest.confirmWithin();
        boolean awaiting = within.isPositive();
        long took = (System.nanoTime() - began) / 1_000_000;
        var outcome = new ApplyOutcome.Applied(changed, reloaded, awaiting, took);
        LastApply ended = ended(manifest, outcome);
        if (awaiting) {
            Optional<Uptime> uptime = parts.around().uptime().get().map(now -> now.plus(within));
            parts.journal().append(new JournalRecord.Awaiting(ended.at().plus(within), uptime, ended));
            armRevert.accept(manifest.number(), within);
        } else {
            parts.journal().append(new JournalRecord.Committed(ended));
            follower.step(ApplyStep.COMMITTED, "");
        }
        return outcome;
    }

    /**
     * Takes back what is open; never throws.
     *
     * @param reloaded the units whose reload may have run
     */
    ApplyOutcome takeBack(Reason reason, String detail, List<String> reloaded) {
        State.Open open = parts.journal().state().open().orElseThrow();
        try {
            return parts.wayBack().take(open, reason, detail, reloaded);
        } catch (IOException | Failure | RuntimeException | OutOfMemoryError e) {
            return later(stuck(reason, detail, e));
        }
    }

    private ApplyOutcome later(ApplyOutcome stuck) {
        tryAgainLater.accept(stuck);
        return stuck;
    }

    static ApplyOutcome stuck(Reason reason, String detail, Throwable e) {
        return new ApplyOutcome.RolledBack(reason, detail + "; could not be put back yet: " + e.getMessage(), false);
    }

    private LastApply ended(Manifest manifest, ApplyOutcome outcome) {
        return new LastApply(manifest.number(), manifest.release().id(), outcome, now());
    }

    private Instant now() {
        return parts.around().clock().instant();
    }

    private static Failure unexpected(Throwable e) {
        return e instanceof OutOfMemoryError
                ? new Failure(Reason.TOO_LARGE, "the release does not fit the agent's memory")
                : new Failure(Reason.INTERNAL, e.toString());
    }
}
