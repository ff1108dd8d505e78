package io.espalier.backup.client;

import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.crypt.KeyException;
import io.espalier.backup.dump.DumpSource;
import io.espalier.backup.dump.DumpVerdict;
import io.espalier.backup.dump.Dumps;
import io.espalier.backup.dump.VerifyRecord;
import io.espalier.backup.files.Excludes;
import io.espalier.backup.files.FilesBackup;
import io.espalier.backup.files.FilesPlan;
import io.espalier.backup.files.StreamBackup;
import io.espalier.backup.report.BackupReport;
import io.espalier.backup.report.KindHistory;
import io.espalier.backup.report.KindHistory.Step;
import io.espalier.backup.report.KindReport;
import io.espalier.backup.repository.ByteSource;
import io.espalier.backup.repository.LocalObjectStore;
import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.repository.Receipt;
import io.espalier.backup.repository.Session;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.repository.Spool;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.repository.ThrottledSink;
import io.espalier.backup.repository.Verdict;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Makes backups: one at a time for each kind, whoever asks. Everything that a run needs to go on after it was killed is
 * below one folder: {@code locks/}, {@code spool/} (objects without a receipt yet), {@code dumps/} (while a run lasts),
 * {@code cache/}, {@code history/}.
 */
public final class BackupClient {
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final Path state;
    private final InstantSource clock;
    private final Histories histories;

    /** @param state a folder of this client alone; made when it is needed, for its account only */
    public BackupClient(Path state, InstantSource clock) {
        this.state = state;
        this.clock = clock;
        this.histories = new Histories(state.resolve("history"));
    }

    /**
     * Makes a backup. Whatever goes wrong with it is in the outcome, and on record for the report.
     *
     * @param way stays open
     * @throws IOException if this client's own folder cannot be written
     */
    public BackupOutcome run(BackupJob job, Way way, ClientKey key, Follower follower)
            throws IOException, InterruptedException {
        String kind = job.kind();
        Files.createDirectories(
                state, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path locks = Files.createDirectories(state.resolve("locks"));
        try (FileChannel file =
                        FileChannel.open(locks.resolve(kind), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                Held held = lock(file)) {
            if (!held.isMine()) {
                return failed(
                        histories.of(kind, job.period(), clock.instant()),
                        "BUSY",
                        "another backup of " + kind + " is running on this host");
            }
            return new Run(job, way, key, follower).all();
        }
    }

    /** The words of all kinds that ever ran. */
    public BackupReport report(String auid, Duration period) throws IOException {
        Instant now = clock.instant();
        return new BackupReport(
                auid,
                histories.kinds().stream()
                        .map(kind -> KindReport.of(histories.of(kind, period, now), now))
                        .toList());
    }

    private record Held(Optional<FileLock> lock) implements AutoCloseable {
        boolean isMine() {
            return lock.isPresent();
        }

        @Override
        public void close() throws IOException {
            if (lock.isPresent()) {
                lock.get().release();
            }
        }
    }

    private static Held lock(FileChannel file) throws IOException {
        try {
            return new Held(Optional.ofNullable(file.tryLock()));
        } catch (OverlappingFileLockException here) {
            return new Held(Optional.empty());
        }
    }

    private BackupOutcome failed(KindHistory history, String reason, String detail) {
        return new BackupOutcome(
                history.kind(),
                Optional.empty(),
                Optional.of(new Verdict.Failed(reason, detail)),
                0,
                0,
                0,
                0,
                List.of(),
                KindReport.of(history, clock.instant()));
    }

    /** One run, while its lock is held. */
    private final class Run {
        private final BackupJob job;
        private final Way way;
        private final ClientKey key;
        private final Far far;
        private final Instant start = clock.instant();
        private final List<String> notes = new ArrayList<>();
        private KindHistory history;
        private Step step = Step.LOCAL;

        Run(BackupJob job, Way way, ClientKey key, Follower follower) throws IOException {
            this.job = job;
            this.way = way;
            this.key = key;
            this.far = new Far(follower);
            KindHistory before = histories.of(job.kind(), job.period(), start);
            this.history = new KindHistory(
                    job.kind(),
                    true,
                    job.period(),
                    before.enabledAt(),
                    Optional.of(start),
                    before.verified(),
                    before.pushed(),
                    before.failed());
            histories.keep(history);
        }

        BackupOutcome all() throws IOException, InterruptedException {
            BackupJob.Hooks hooks = job.hooks();
            if (!hooks.before().isEmpty()) {
                far.at(0, 0, "hook " + hooks.before().getFirst());
                Optional<String> wrong = Hook.run(hooks.before(), job.kind(), hooks.limit());
                if (wrong.isPresent()) {
                    after(hooks);
                    return ended("HOOK_FAILED", wrong.get());
                }
            }
            BackupOutcome outcome;
            try {
                outcome = backUp();
            } catch (StoreException e) {
                step = Step.PUSH;
                outcome = ended(e.reason().name(), String.valueOf(e.getMessage()));
            } catch (KeyException e) {
                outcome = ended("WRONG_KEY", String.valueOf(e.getMessage()));
            } catch (IOException e) {
                if (e.getCause() instanceof StoreException store) {
                    step = Step.PUSH;
                    outcome = ended(store.reason().name(), String.valueOf(store.getMessage()));
                } else {
                    outcome = ended("FAILED", String.valueOf(e.getMessage()));
                }
            } finally {
                after(hooks);
            }
            return notes.isEmpty() ? outcome : with(outcome, notes);
        }

        private void after(BackupJob.Hooks hooks) throws InterruptedException {
            if (!hooks.after().isEmpty()) {
                Hook.run(hooks.after(), job.kind(), hooks.limit()).ifPresent(wrong -> notes.add("hook " + wrong));
            }
        }

        private static BackupOutcome with(BackupOutcome outcome, List<String> more) {
            var all = new ArrayList<>(outcome.notes());
            all.addAll(more);
            return new BackupOutcome(
                    outcome.kind(),
                    outcome.snapshot(),
                    outcome.failure(),
                    outcome.entries(),
                    outcome.bytes(),
                    outcome.read(),
                    outcome.added(),
                    all,
                    outcome.report());
        }

        private BackupOutcome backUp() throws IOException, InterruptedException {
            return switch (job.what()) {
                case BackupJob.Files files -> files(files);
                case BackupJob.Dump dump -> dump(dump);
            };
        }

        private BackupOutcome files(BackupJob.Files files) throws IOException, InterruptedException {
            var never = new ArrayList<>(files.never());
            never.add(state);
            Path cache = state.resolve("cache").resolve(key.keyHex().substring(0, 16) + "-" + job.kind());
            if (files.isCached()) {
                Files.createDirectories(state.resolve("cache"));
            }
            var plan = new FilesPlan(
                    job.host(),
                    job.kind(),
                    files.paths(),
                    Excludes.of(files.excludes()),
                    never,
                    files.staysOnFileSystem(),
                    files.isStrict(),
                    files.isCached() ? Optional.of(cache) : Optional.empty(),
                    files.base());
            try (Session session = session()) {
                step = Step.LOCAL;
                FilesBackup.Result result = FilesBackup.run(plan, session, clock, far::at);
                return ended(
                        result.snapshot(),
                        result.snapshot().name().sha256Hex(),
                        result.entries(),
                        result.bytes(),
                        result.read(),
                        result.notes());
            }
        }

        private BackupOutcome dump(BackupJob.Dump dump) throws IOException, InterruptedException {
            Path folder = Files.createDirectories(state.resolve("dumps")).resolve(job.kind());
            remove(folder); // of a run that was killed
            remove(folder.resolveSibling(folder.getFileName() + ".partial"));
            far.at(0, 0, "dump");
            var spec = dump.spec();
            long before = history.verified().map(KindHistory.Verified::bytes).orElse(0L);
            try {
                return switch (new Dumps(clock).run(spec.with(spec.limits().previous(before)), folder)) {
                    case DumpVerdict.Failed failed -> ended(failed.reason().name(), failed.detail());
                    case DumpVerdict.Ok ok -> push(ok.record());
                };
            } finally {
                remove(folder);
            }
        }

        private BackupOutcome push(VerifyRecord record) throws IOException, InterruptedException {
            String digest = String.join(
                    " ", record.parts().stream().map(VerifyRecord.Part::sha256).toList());
            note(new KindHistory.Verified(start, record.at(), record.bytes(), digest));
            step = Step.PUSH;
            far.at(0, record.bytes(), "push");
            List<ByteSource> parts = new ArrayList<>();
            record.parts().forEach(part -> parts.add(new DumpSource(record, part)));
            try (Session session = session()) {
                Snapshot snapshot = StreamBackup.run(job.host(), job.kind(), parts, session, clock);
                return ended(snapshot, digest, parts.size(), record.bytes(), record.bytes(), record.notes());
            }
        }

        /** What an earlier run left without a receipt goes first. */
        private Session session() throws IOException, InterruptedException {
            step = Step.PUSH;
            ObjectSink sink =
                    job.bytesPerSecond() == 0 ? way.sink() : new ThrottledSink(way.sink(), job.bytesPerSecond());
            if (way.isSpooled()) {
                far.at(0, 0, "spool");
                var spool = new Spool(
                        LocalObjectStore.in(state.resolve("spool").resolve(job.kind())),
                        sink,
                        key,
                        PATIENCE,
                        Thread::sleep);
                int left = spool.resume();
                if (left > 0) {
                    notes.add(left + (left == 1 ? " pack" : " packs") + " of a run that was cut off went first");
                }
                sink = spool;
            }
            ObjectSink last = sink;
            ObjectSink counted = (name, content) -> {
                Receipt receipt = last.put(name, content);
                far.added(content.remaining());
                return receipt;
            };
            return Session.begin(way.reader(), counted, key, clock);
        }

        private BackupOutcome ended(
                Snapshot snapshot, String digest, long entries, long bytes, long read, List<String> said)
                throws IOException {
            Snapshot.Outline outline = snapshot.outline();
            if (outline.failure().isPresent()) {
                note(new KindHistory.Failed(
                        start,
                        clock.instant(),
                        Step.LOCAL,
                        outline.failure().get().reason() + ": "
                                + outline.failure().get().detail()));
            } else {
                Instant now = clock.instant();
                note(new KindHistory.Verified(start, now, bytes, digest));
                note(new KindHistory.Pushed(start, now, snapshot.name().sha256Hex(), digest));
            }
            return new BackupOutcome(
                    job.kind(),
                    Optional.of(snapshot.name().sha256Hex()),
                    outline.failure(),
                    entries,
                    bytes,
                    read,
                    outline.added(),
                    said,
                    KindReport.of(history, clock.instant()));
        }

        private BackupOutcome ended(String reason, String detail) throws IOException {
            note(new KindHistory.Failed(start, clock.instant(), step, reason + ": " + detail));
            return failed(history, reason, detail);
        }

        private void note(Object news) throws IOException {
            history = new KindHistory(
                    history.kind(),
                    true,
                    history.period(),
                    history.enabledAt(),
                    history.started(),
                    news instanceof KindHistory.Verified verified ? Optional.of(verified) : history.verified(),
                    news instanceof KindHistory.Pushed pushed ? Optional.of(pushed) : history.pushed(),
                    news instanceof KindHistory.Failed wrong ? Optional.of(wrong) : history.failed());
            histories.keep(history);
        }
    }

    /** How far a run is, as its walk and its objects tell from threads of their own. */
    private static final class Far {
        private final Follower follower;
        private long entries;
        private long bytes;
        private long added;
        private String what = "";

        Far(Follower follower) {
            this.follower = follower;
        }

        synchronized void at(long nowEntries, long nowBytes, String nowWhat) {
            entries = nowEntries;
            bytes = nowBytes;
            what = nowWhat;
            follower.at(entries, bytes, added, what);
        }

        synchronized void added(int more) {
            added += more;
            follower.at(entries, bytes, added, what);
        }
    }

    private static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (var all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }
}
