package io.espalier.orchestrator.backup;

import io.espalier.backup.check.Check;
import io.espalier.backup.check.Prune;
import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.drill.Drill;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.retention.Candidate;
import io.espalier.backup.retention.Decision;
import io.espalier.backup.retention.Keep;
import io.espalier.backup.retention.Retention;
import io.espalier.backup.server.LinkDesk;
import io.espalier.orchestrator.backup.BackupTask.End;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/** Looks after one host's store. */
final class Care {
    private final ObjectStore store;
    private final AgeIdentity identity;
    private final InstantSource clock;
    private final Random random = new Random();

    Care(ObjectStore store, AgeIdentity identity, InstantSource clock) {
        this.store = store;
        this.identity = identity;
        this.clock = clock;
    }

    End check(double share, LinkDesk.Follower follower) throws IOException {
        Check.Report report = new Check(
                        store,
                        Optional.empty(),
                        Optional.of(identity),
                        share,
                        random,
                        (what, done, all) -> follower.at(done, 0, 0, what + " " + done + " of " + all))
                .run();
        var notes = new ArrayList<String>();
        report.findings().forEach(finding -> notes.add("damaged: " + finding));
        report.affected().forEach(snapshot -> notes.add("affected: snapshot " + snapshot.shortId()));
        return new End(
                Optional.empty(),
                report.snapshots(),
                report.bytesRead(),
                0,
                report.isSound() ? Optional.empty() : Optional.of("DAMAGED"),
                report.isSound() ? "" : report.findings().size() + " findings",
                notes);
    }

    /** The rule that the last good one of a series stays is retention's own. */
    End prune(Keep keep) throws IOException {
        var notes = new ArrayList<String>();
        if (!keep.isEverything()) {
            Map<String, Snapshot> byId = new HashMap<>();
            var candidates = new ArrayList<Candidate>();
            for (Snapshot snapshot : Repository.outlines(store).snapshots()) {
                byId.put(snapshot.name().sha256Hex(), snapshot);
                candidates.add(new Candidate(
                        snapshot.name().sha256Hex(),
                        snapshot.series(),
                        snapshot.outline().finishedAt(),
                        snapshot.outline().isGood()));
            }
            for (Decision decision : Retention.decide(candidates, keep, clock.instant())) {
                Snapshot snapshot = byId.get(decision.candidate().id());
                if (!decision.isKept() && snapshot != null) {
                    store.delete(snapshot.name());
                    notes.add("removed " + snapshot.shortId() + " of " + snapshot.series() + ": " + decision.reason());
                }
            }
        }
        Prune.Report report = new Prune(store, clock, Prune.USUAL_GRACE).run();
        notes.add(report.removed() + " packs removed (" + report.removedBytes() + " bytes), " + report.marked()
                + " marked, " + report.rescued() + " needed again");
        report.waiting().forEach(reason -> notes.add("waiting: " + reason));
        return new End(Optional.empty(), 0, report.removedBytes(), 0, Optional.empty(), "", notes);
    }

    /** The newest and one other good snapshot of each kind. */
    End drill(Path scratch, LinkDesk.Follower follower) throws IOException, InterruptedException {
        Map<String, List<Snapshot>> kinds = new TreeMap<>();
        for (Snapshot snapshot : Repository.outlines(store).snapshots()) {
            if (snapshot.outline().isGood()) {
                kinds.computeIfAbsent(snapshot.outline().source(), kind -> new ArrayList<>())
                        .add(snapshot);
            }
        }
        var notes = new ArrayList<String>();
        long entries = 0;
        long bytes = 0;
        int failed = 0;
        Files.createDirectories(scratch);
        try {
            for (Map.Entry<String, List<Snapshot>> kind : kinds.entrySet()) {
                for (Snapshot snapshot : chosen(kind.getValue())) {
                    String what = kind.getKey() + " " + snapshot.shortId() + " of "
                            + snapshot.outline().finishedAt();
                    Drill.Result result = new Drill(store, identity)
                            .run(
                                    snapshot,
                                    scratch.resolve(snapshot.shortId()),
                                    (done, size, path) -> follower.at(done, size, 0, what + " " + path));
                    entries += result.entries();
                    bytes += result.bytes();
                    failed += result.isProven() ? 0 : 1;
                    notes.add((result.isProven() ? "proven: " : "NOT PROVEN: ") + what + ", " + result.entries()
                            + " entries");
                    result.differences().forEach(difference -> notes.add("  " + difference));
                }
            }
        } finally {
            Files.deleteIfExists(scratch);
        }
        if (kinds.isEmpty()) {
            return End.failed("NOT_FOUND", "there is no good snapshot");
        }
        return new End(
                Optional.empty(),
                entries,
                bytes,
                0,
                failed == 0 ? Optional.empty() : Optional.of("NOT_PROVEN"),
                failed == 0 ? "" : failed + " snapshots did not come back as they were",
                notes);
    }

    private List<Snapshot> chosen(List<Snapshot> oldestFirst) {
        Snapshot newest = oldestFirst.getLast();
        return oldestFirst.size() == 1
                ? List.of(newest)
                : List.of(newest, oldestFirst.get(random.nextInt(oldestFirst.size() - 1)));
    }
}
