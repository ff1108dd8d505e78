package io.espalier.orchestrator.rollout;

import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.SignedManifest;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.ApplyStep;
import io.espalier.protocol.wire.DriftedPath;
import io.espalier.protocol.wire.Facts;
import io.espalier.protocol.wire.LastApply;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.ObservedFile;
import io.espalier.protocol.wire.SignedOrder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A host with its agent as a small state machine in memory: the same rules as the real agent's, without disk, network and
 * signature check. Faults are switched on by its fields.
 */
final class ModelHost {

    final HostName name;
    final Auid auid;
    final InstantSource clock;
    final NavigableMap<String, ObservedFile> disk = new TreeMap<>();

    /** The numbers that were applied, in their order; a number twice is a broken promise. */
    final List<Long> appliedNumbers = new ArrayList<>();

    /** The releases that were held after each apply or going back. */
    final List<ReleaseId> heldReleases = new ArrayList<>();

    Optional<Release> current = Optional.empty();
    long number;
    Optional<LastApply> last = Optional.empty();

    // faults
    volatile Optional<Reason> unreachable = Optional.empty();
    volatile Optional<Reason> freshUnreachable = Optional.empty();
    volatile Optional<Reason> rejects = Optional.empty();
    volatile Optional<Reason> rollsBack = Optional.empty();
    /** Releases that hold a file with this content are unhealthy. */
    volatile Optional<Digest> poison = Optional.empty();

    volatile Optional<CountDownLatch> hangs = Optional.empty();
    /** Whether an apply has come as far as to hang. */
    volatile boolean isHanging;

    volatile boolean cutsAfterApply;
    volatile boolean cutsBeforeApply;

    /** The next release is applied only after the second question for the status that follows. */
    volatile boolean arrivesLate;

    private Optional<Runnable> late = Optional.empty();
    private int asked;

    /** The next release takes the network down until it is taken back. */
    volatile boolean losesNetwork;

    private volatile boolean cutOff;

    private Optional<Pending> pending = Optional.empty();

    private record Pending(
            long number, Instant until, Optional<Release> release, NavigableMap<String, ObservedFile> disk) {}

    private final Consumer<HostName> onApply;

    ModelHost(HostName name, InstantSource clock, Consumer<HostName> onApply) {
        this.onApply = onApply;
        this.name = name;
        this.auid = new Auid("auid-" + name);
        this.clock = clock;
    }

    Link link(boolean fresh) {
        if (cutOff && !awaitsConfirm()) {
            cutOff = false;
        }
        if (cutOff) {
            throw new LinkException(Reason.UNREACHABLE, name + ": no route to host");
        }
        unreachable.ifPresent(reason -> {
            throw new LinkException(reason, name + ": cannot be reached");
        });
        if (fresh) {
            freshUnreachable.ifPresent(reason -> {
                throw new LinkException(reason, name + ": no fresh connection");
            });
        }
        return new ModelLink(fresh);
    }

    synchronized void drift(String path, String content) {
        disk.put(path, observed(path, Digest.of(content.getBytes(java.nio.charset.StandardCharsets.UTF_8)), 0644));
    }

    synchronized Optional<ReleaseId> currentId() {
        goBackIfLate();
        return current.map(Release::id);
    }

    synchronized boolean awaitsConfirm() {
        goBackIfLate();
        return pending.isPresent();
    }

    private static ObservedFile observed(String path, Digest content, int mode) {
        return new ObservedFile(path, ObservedFile.Kind.FILE, Optional.of(content), 1, mode, "root", "root");
    }

    private void goBackIfLate() {
        pending.filter(waiting -> !clock.instant().isBefore(waiting.until())).ifPresent(late -> {
            restore(late);
            last = last.map(apply -> new LastApply(
                    late.number(),
                    apply.release(),
                    new ApplyOutcome.RolledBack(Reason.NOT_CONFIRMED, "not confirmed in time", true),
                    clock.instant()));
        });
    }

    private void restore(Pending before) {
        current = before.release();
        disk.clear();
        disk.putAll(before.disk());
        current.map(Release::id).ifPresent(heldReleases::add);
        pending = Optional.empty();
    }

    private synchronized Message.Observed look(List<String> paths, List<String> purged) {
        var asked = new TreeSet<>(paths);
        current.ifPresent(release -> release.files().map(FileEntry::path).forEach(asked::add));
        disk.keySet().stream()
                .filter(path -> purged.stream().anyMatch(path::startsWith))
                .forEach(asked::add);
        return new Message.Observed(
                current.map(Release::id),
                asked.stream().filter(disk::containsKey).map(disk::get).toList());
    }

    private synchronized ApplyOutcome take(
            Manifest manifest, Optional<Digest> expected, Link.Follower follower, boolean fresh) {
        goBackIfLate();
        Release release = manifest.release();
        List<String> paths = release.files().map(FileEntry::path).toList();
        List<String> purged =
                release.units().stream().flatMap(unit -> unit.purged().stream()).toList();
        if (!manifest.auid().equals(auid)) {
            return new ApplyOutcome.Rejected(Reason.WRONG_HOST, "for " + manifest.auid());
        }
        if (manifest.number() <= number) {
            return new ApplyOutcome.Rejected(Reason.NUMBER_TOO_OLD, manifest.number() + " <= " + number);
        }
        if (pending.isPresent() && !fresh) {
            return new ApplyOutcome.Rejected(Reason.BUSY, "awaits confirmation over a new connection");
        }
        if (pending.isPresent()) {
            keep(number);
        }
        if (expected.isPresent() && !expected.get().equals(look(paths, purged).digest())) {
            return new ApplyOutcome.Rejected(Reason.HOST_MOVED, "holds something else");
        }
        if (rejects.isPresent()) {
            return new ApplyOutcome.Rejected(rejects.get(), "told to");
        }
        number = manifest.number();
        ApplyOutcome outcome = apply(manifest, release, follower);
        last = Optional.of(new LastApply(number, release.id(), outcome, clock.instant()));
        return outcome;
    }

    private ApplyOutcome apply(Manifest manifest, Release release, Link.Follower follower) {
        follower.step(ApplyStep.STAGED, "");
        Map<String, ObservedFile> wanted = release.files()
                .collect(Collectors.toMap(FileEntry::path, file -> observed(file.path(), file.content(), file.mode())));
        var before = new Pending(
                manifest.number(), clock.instant().plus(manifest.confirmWithin()), current, new TreeMap<>(disk));
        appliedNumbers.add(manifest.number());
        onApply.accept(name);
        int changed = 0;
        for (FileEntry file : current.stream().flatMap(Release::files).toList()) {
            changed += wanted.containsKey(file.path()) || disk.remove(file.path()) == null ? 0 : 1;
        }
        for (var file : wanted.entrySet()) {
            changed += file.getValue().equals(disk.put(file.getKey(), file.getValue())) ? 0 : 1;
        }
        current = Optional.of(release);
        heldReleases.add(release.id());
        follower.step(ApplyStep.SWITCHED, "");
        boolean isPoisoned = poison.isPresent()
                && release.files().anyMatch(file -> file.content().equals(poison.get()));
        if (rollsBack.isPresent() || isPoisoned) {
            restore(before);
            follower.step(ApplyStep.ROLLED_BACK, "");
            return new ApplyOutcome.RolledBack(rollsBack.orElse(Reason.UNHEALTHY), "http 500", true);
        }
        boolean awaits = manifest.confirmWithin().isPositive();
        pending = awaits ? Optional.of(before) : Optional.empty();
        follower.step(ApplyStep.HEALTHY, "");
        List<String> reloaded = release.units().stream()
                .filter(unit -> unit.reload().isPresent())
                .map(Unit::name)
                .toList();
        return new ApplyOutcome.Applied(changed, reloaded, awaits, 1);
    }

    private synchronized ApplyOutcome keep(long confirmed) {
        goBackIfLate();
        if (pending.isEmpty() || number != confirmed) {
            return new ApplyOutcome.Rejected(Reason.NOT_CONFIRMED, "nothing to confirm");
        }
        pending = Optional.empty();
        var kept = new ApplyOutcome.Applied(1, List.of(), false, 1);
        last = last.map(apply -> new LastApply(apply.number(), apply.release(), kept, clock.instant()));
        return kept;
    }

    private synchronized Message.Status say() {
        goBackIfLate();
        if (late.isPresent() && asked++ == 1) {
            late.get().run();
            late = Optional.empty();
        }
        return new Message.Status(
                current.map(Release::id),
                number,
                pending.isPresent(),
                last,
                0,
                clock.instant(),
                Instant.EPOCH,
                Facts.NONE);
    }

    /** An apply goes on when nobody follows it any more. */
    private static final class LastingFollower implements Link.Follower {
        private final Link.Follower follower;
        private Optional<Error> gone = Optional.empty();

        LastingFollower(Link.Follower follower) {
            this.follower = follower;
        }

        @Override
        public void step(ApplyStep step, String detail) {
            try {
                follower.step(step, detail);
            } catch (Error e) {
                gone = Optional.of(e);
            }
        }

        void rethrow() {
            gone.ifPresent(error -> {
                throw error;
            });
        }
    }

    private final class ModelLink implements Link {

        private final boolean fresh;

        ModelLink(boolean fresh) {
            this.fresh = fresh;
        }

        @Override
        public Message.Status status() {
            return say();
        }

        @Override
        public byte[] order(java.util.function.Function<byte[], SignedOrder> signer, Replies replies) {
            throw new LinkException(Reason.MALFORMED, name + ": this model keeps to its release");
        }

        @Override
        public Message.Observed observe(List<String> paths, List<String> purged) {
            return look(paths, purged);
        }

        @Override
        public ApplyOutcome apply(SignedManifest manifest, Optional<Digest> expected, Blobs blobs, Follower follower) {
            if (cutsBeforeApply) {
                throw new LinkException(Reason.UNREACHABLE, name + ": cut before the apply");
            }
            hangs.ifPresent(this::hang);
            if (arrivesLate) {
                arrivesLate = false;
                late = Optional.of(
                        () -> take(Manifest.decode(manifest.manifestBytes()), expected, (_, _) -> {}, fresh));
                throw new LinkException(Reason.UNREACHABLE, name + ": connection reset");
            }
            var told = new LastingFollower(follower);
            ApplyOutcome outcome = take(Manifest.decode(manifest.manifestBytes()), expected, told, fresh);
            told.rethrow();
            if (losesNetwork) {
                cutOff = true;
                losesNetwork = false;
                throw new LinkException(Reason.UNREACHABLE, name + ": connection reset");
            }
            if (cutsAfterApply) {
                throw new LinkException(Reason.UNREACHABLE, name + ": cut after the apply");
            }
            return outcome;
        }

        private void hang(CountDownLatch latch) {
            isHanging = true;
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new LinkException(Reason.ABORTED, name + ": interrupted", e);
            }
        }

        @Override
        public ApplyOutcome confirm(long confirmed) {
            return keep(confirmed);
        }

        @Override
        public List<DriftedPath> drift() {
            return List.of();
        }

        @Override
        public Message.Reports collect(String spool, long taken) {
            return new Message.Reports(say(), "model", 0, 0, 0, new byte[0]);
        }

        @Override
        public String runJob(String job) {
            throw new LinkException(Reason.NO_SUCH_JOB, name + ": the model has no jobs");
        }

        @Override
        public byte[] readFile(String path) {
            throw new LinkException(Reason.IO_ERROR, name + ": the model keeps no bytes");
        }

        @Override
        public void close() {}
    }
}
