package io.espalier.backup.command;

import io.espalier.backup.check.Check;
import io.espalier.backup.check.Prune;
import io.espalier.backup.check.Repair;
import io.espalier.backup.repository.LocalObjectStore;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.retention.Candidate;
import io.espalier.backup.retention.Decision;
import io.espalier.backup.retention.Keep;
import io.espalier.backup.retention.Retention;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** {@code check}, {@code repair}, {@code forget} and {@code prune}. */
final class CareCommands {

    private final Map<String, String> environment;
    private final Screen screen;
    private final InstantSource clock;

    CareCommands(Map<String, String> environment, Screen screen, InstantSource clock) {
        this.environment = environment;
        this.screen = screen;
        this.clock = clock;
    }

    private static boolean isJson(Arguments arguments) throws UsageException {
        return arguments.one("output").orElse("").equals("json");
    }

    private Check.Follower follower(Arguments arguments) {
        return (what, done, all) -> {
            if (!arguments.has("quiet") && screen.isDue()) {
                screen.progress(what + " " + done + " of " + all);
            }
        };
    }

    int check(List<String> words) throws UsageException, IOException {
        Arguments arguments =
                Arguments.parse(words, Set.of("repo", "key", "identity", "sample", "output"), Set.of("quiet"));
        var places = new Places(arguments, environment);
        double share = arguments.number("sample", 100, 100) / 100.0;
        Check.Report report = new Check(
                        places.store(),
                        places.keyIfGiven(),
                        places.identityIfGiven(),
                        share,
                        new Random(),
                        follower(arguments))
                .run();
        if (isJson(arguments)) {
            screen.json(Json.object(
                    "sound", report.isSound(),
                    "snapshots", report.snapshots(),
                    "packs", report.packs(),
                    "packsRead", report.packsRead(),
                    "bytesRead", report.bytesRead(),
                    "unreferencedPacks", report.unreferenced(),
                    "findings",
                            report.findings().stream()
                                    .map(Check.Finding::toString)
                                    .toList(),
                    "affected",
                            report.affected().stream()
                                    .map(snapshot -> snapshot.name().sha256Hex())
                                    .toList()));
        } else {
            report.findings().forEach(finding -> screen.complain("damaged: " + finding));
            report.affected()
                    .forEach(snapshot ->
                            screen.complain("affected: snapshot " + snapshot.shortId() + " of " + snapshot.series()));
            screen.print(Screen.count(report.snapshots(), "snapshot", "snapshots") + ", "
                    + Screen.count(report.packs(), "pack", "packs") + " (" + report.packsRead()
                    + " read, " + Screen.size(report.bytesRead()) + "), " + report.unreferenced() + " not needed: "
                    + (report.isSound()
                            ? "sound"
                            : Screen.count(report.findings().size(), "finding", "findings")));
        }
        return report.isSound() ? BackupCommand.FINE : BackupCommand.FAILED;
    }

    int repair(List<String> words) throws UsageException, IOException {
        Arguments arguments = Arguments.parse(words, Set.of("repo", "key", "to", "output"), Set.of("quiet"));
        var places = new Places(arguments, environment);
        Path to = Path.of(arguments.one("to").orElseThrow(() -> new UsageException("--to is needed: an empty folder")));
        Repair.Report report =
                new Repair(places.store(), LocalObjectStore.in(to), places.key(), follower(arguments)).run();
        if (isJson(arguments)) {
            screen.json(Json.object(
                    "copied", report.copied(),
                    "lost", report.lost().stream().map(Check.Finding::toString).toList(),
                    "whole", report.whole().size(),
                    "incomplete",
                            report.incomplete().stream()
                                    .map(snapshot -> snapshot.name().sha256Hex())
                                    .toList()));
        } else {
            report.lost().forEach(finding -> screen.complain("lost: " + finding));
            report.incomplete()
                    .forEach(snapshot ->
                            screen.complain("incomplete: snapshot " + snapshot.shortId() + " of " + snapshot.series()));
            screen.print(Screen.count(report.copied(), "object", "objects") + " copied to " + to + "; "
                    + Screen.count(report.whole().size(), "snapshot", "snapshots") + " whole, "
                    + report.incomplete().size() + " incomplete");
        }
        return report.lost().isEmpty() ? BackupCommand.FINE : BackupCommand.FAILED;
    }

    int forget(List<String> words) throws UsageException, IOException {
        Arguments arguments = Arguments.parse(
                words,
                Set.of(
                        "repo",
                        "key",
                        "host",
                        "source",
                        "keep-last",
                        "keep-daily",
                        "keep-weekly",
                        "keep-monthly",
                        "keep-within",
                        "output"),
                Set.of("yes", "quiet"));
        var places = new Places(arguments, environment);
        var keep = new Keep(
                arguments.number("keep-last", 0, 10_000),
                arguments.number("keep-daily", 0, 10_000),
                arguments.number("keep-weekly", 0, 10_000),
                arguments.number("keep-monthly", 0, 10_000),
                arguments.duration("keep-within", Duration.ZERO));
        if (keep.isEverything()) {
            throw new UsageException("forget: give at least one --keep-... rule");
        }
        ObjectStore store = places.store();
        Map<String, Snapshot> byId = new HashMap<>();
        var candidates = new ArrayList<Candidate>();
        for (Snapshot snapshot : Repository.outlines(store).snapshots()) {
            if (places.isWanted(snapshot)) {
                byId.put(snapshot.name().sha256Hex(), snapshot);
                candidates.add(new Candidate(
                        snapshot.name().sha256Hex(),
                        snapshot.series(),
                        snapshot.outline().finishedAt(),
                        snapshot.outline().isGood()));
            }
        }
        List<Decision> decisions = Retention.decide(candidates, keep, clock.instant());
        boolean isReal = arguments.has("yes");
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("ID", "SERIES", "TIME", "", "REASON"));
        for (Decision decision : decisions) {
            Candidate candidate = decision.candidate();
            rows.add(List.of(
                    candidate.id().substring(0, 8),
                    candidate.series(),
                    candidate.at().toString(),
                    decision.isKept() ? "keep" : "remove",
                    decision.reason()));
            Snapshot snapshot = byId.get(candidate.id());
            if (isReal && !decision.isKept() && snapshot != null) {
                store.delete(snapshot.name());
            }
        }
        if (isJson(arguments)) {
            screen.json(Json.object(
                    "removed",
                    isReal,
                    "decisions",
                    decisions.stream()
                            .map(decision -> Json.object(
                                    "id",
                                    decision.candidate().id(),
                                    "series",
                                    decision.candidate().series(),
                                    "keep",
                                    decision.isKept(),
                                    "reason",
                                    decision.reason()))
                            .toList()));
        } else {
            screen.table(rows);
            long removed =
                    decisions.stream().filter(decision -> !decision.isKept()).count();
            screen.print(
                    isReal
                            ? Screen.count(removed, "snapshot", "snapshots")
                                    + " removed; `backup prune` frees the space"
                            : "nothing removed; --yes removes " + Screen.count(removed, "snapshot", "snapshots"));
        }
        return BackupCommand.FINE;
    }

    int prune(List<String> words) throws UsageException, IOException {
        Arguments arguments = Arguments.parse(words, Set.of("repo", "key", "grace", "output"), Set.of("quiet"));
        var places = new Places(arguments, environment);
        Duration grace = arguments.duration("grace", Prune.USUAL_GRACE);
        Prune.Report report = new Prune(places.store(), clock, grace).run();
        if (isJson(arguments)) {
            screen.json(Json.object(
                    "marked",
                    report.marked(),
                    "removed",
                    report.removed(),
                    "removedBytes",
                    report.removedBytes(),
                    "rescued",
                    report.rescued(),
                    "waiting",
                    report.waiting()));
        } else {
            report.waiting().forEach(reason -> screen.complain("waiting: " + reason));
            screen.print(
                    Screen.count(report.removed(), "pack", "packs") + " removed (" + Screen.size(report.removedBytes())
                            + "), " + report.marked() + " marked, " + report.rescued() + " needed again");
        }
        return BackupCommand.FINE;
    }
}
