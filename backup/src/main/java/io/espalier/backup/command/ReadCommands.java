package io.espalier.backup.command;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.files.Node;
import io.espalier.backup.linux.Names;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.restore.Restore;
import io.espalier.backup.restore.RestorePlan;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code list}, {@code show} and {@code restore}. */
final class ReadCommands {

    private static final int MOST_SHOWN = 50;

    private final Map<String, String> environment;
    private final Screen screen;
    private final PrintStream out;

    ReadCommands(Map<String, String> environment, Screen screen, PrintStream out) {
        this.environment = environment;
        this.screen = screen;
        this.out = out;
    }

    int list(List<String> words) throws UsageException, IOException {
        Arguments arguments = Arguments.parse(
                words, Set.of("repo", "key", "host", "source", "output"), Set.of("with-missing", "quiet"));
        var places = new Places(arguments, environment);
        ObjectStore store = places.store();
        Repository.Snapshots all = Repository.outlines(store);
        Set<ObjectName> packs = arguments.has("with-missing") ? new HashSet<>(store.list(Kind.PACK)) : Set.of();
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("ID", "TIME", "HOST", "SOURCE", "ENTRIES", "SIZE", "ADDED", "STATE"));
        var objects = new ArrayList<Map<String, Object>>();
        for (Snapshot snapshot : all.snapshots()) {
            if (!places.isWanted(snapshot)) {
                continue;
            }
            Snapshot.Outline outline = snapshot.outline();
            boolean isWhole = !arguments.has("with-missing") || packs.containsAll(outline.packs());
            String state =
                    isWhole ? outline.failure().map(failed -> failed.reason()).orElse("ok") : "PACKS_MISSING";
            rows.add(List.of(
                    snapshot.shortId(),
                    Instant.ofEpochSecond(outline.finishedAt().getEpochSecond()).toString(),
                    outline.host(),
                    outline.source(),
                    String.valueOf(outline.files()),
                    Screen.size(outline.bytes()),
                    Screen.size(outline.added()),
                    state));
            objects.add(object(snapshot, state));
        }
        if (arguments.one("output").orElse("").equals("json")) {
            screen.json(Json.object(
                    "snapshots",
                    objects,
                    "unreadable",
                    all.flaws().stream().map(ReadCommands::flaw).toList()));
        } else {
            screen.table(rows);
        }
        all.flaws()
                .forEach(flaw ->
                        screen.complain("espalier backup: " + flaw.object() + " cannot be read: " + flaw.why()));
        return all.flaws().isEmpty() ? BackupCommand.FINE : BackupCommand.FAILED;
    }

    private static Map<String, Object> flaw(Repository.Flaw flaw) {
        return Json.object("object", flaw.object().sha256Hex(), "why", flaw.why());
    }

    private static Map<String, Object> object(Snapshot snapshot, String state) {
        Snapshot.Outline outline = snapshot.outline();
        return Json.object(
                "id", snapshot.name().sha256Hex(),
                "startedAt", outline.startedAt(),
                "finishedAt", outline.finishedAt(),
                "host", outline.host(),
                "source", outline.source(),
                "entries", outline.files(),
                "bytes", outline.bytes(),
                "added", outline.added(),
                "packs", outline.packs().size(),
                "state", state);
    }

    int show(List<String> words) throws UsageException, IOException {
        Arguments arguments = Arguments.parse(
                words, Set.of("repo", "key", "identity", "host", "source", "output"), Set.of("content", "quiet"));
        var places = new Places(arguments, environment);
        if (arguments.plain().isEmpty() || arguments.plain().size() > 2) {
            throw new UsageException("show: give a snapshot, and at most one path");
        }
        ObjectStore store = places.store();
        Snapshot snapshot = places.snapshot(store, arguments.plain().getFirst());
        boolean isJson = arguments.one("output").orElse("").equals("json");
        String path = arguments.plain().size() == 2
                ? RestorePlan.pathOf(arguments.plain().get(1))
                : "";
        Optional<AgeIdentity> identity = places.identityIfGiven();
        if (arguments.has("content")) {
            AgeIdentity opener = places.identity();
            Restore.write(repository(store, snapshot, opener), snapshot, opener, path, out);
            out.flush();
            return BackupCommand.FINE;
        }
        String state = snapshot.outline()
                .failure()
                .map(failed -> failed.reason() + ": " + failed.detail())
                .orElse("ok");
        if (identity.isEmpty()) {
            if (isJson) {
                screen.json(object(snapshot, state));
            } else {
                object(snapshot, state).forEach((name, value) -> screen.print("%-11s %s".formatted(name, value)));
            }
            return BackupCommand.FINE;
        }
        Repository repository = repository(store, snapshot, identity.get());
        long[] seen = {0};
        Restore.browse(repository, snapshot, identity.get(), path.isEmpty() ? List.of() : List.of(path), node -> {
            seen[0]++;
            if (isJson) {
                screen.json(Json.object(
                        "path",
                        node.shown(),
                        "type",
                        type(node),
                        "mode",
                        Integer.toOctalString(node.permissions()),
                        "uid",
                        node.uid(),
                        "gid",
                        node.gid(),
                        "size",
                        node.size(),
                        "modifiedAt",
                        Instant.ofEpochSecond(node.seconds(), node.nanos()),
                        "torn",
                        node.isTorn()));
            } else {
                screen.print(line(node));
            }
        });
        if (seen[0] == 0 && !path.isEmpty()) {
            throw new IOException("the snapshot holds nothing at /" + Names.shown(path));
        }
        return BackupCommand.FINE;
    }

    private static String type(Node node) {
        return switch (node.type() >> 12) {
            case 8 -> "file";
            case 4 -> "folder";
            case 10 -> "link";
            case 1 -> "fifo";
            case 6 -> "block";
            default -> "character";
        };
    }

    private static String line(Node node) {
        return "%s %04o %6d %6d %12d %s %s%s%s"
                .formatted(
                        type(node).charAt(0),
                        node.permissions(),
                        node.uid(),
                        node.gid(),
                        node.size(),
                        Instant.ofEpochSecond(node.seconds()),
                        node.shown(),
                        node.target().isEmpty() ? "" : " -> " + Names.shown(node.target()),
                        node.isTorn() ? " (changed while it was read)" : "");
    }

    private static Repository repository(ObjectStore store, Snapshot snapshot, AgeIdentity identity)
            throws IOException {
        return Repository.open(store, Repository.keyOf(store, snapshot, identity));
    }

    int restore(List<String> words) throws UsageException, IOException, InterruptedException {
        Arguments arguments = Arguments.parse(
                words,
                Set.of("repo", "key", "identity", "to", "path", "host", "source", "output"),
                Set.of("no-owner", "quiet"));
        var places = new Places(arguments, environment);
        if (arguments.plain().size() != 1) {
            throw new UsageException("restore: give one snapshot");
        }
        Path target = Path.of(
                arguments.one("to").orElseThrow(() -> new UsageException("--to is needed (--to / for where it was)")));
        ObjectStore store = places.store();
        AgeIdentity identity = places.identity();
        Snapshot snapshot = places.snapshot(store, arguments.plain().getFirst());
        Repository repository = repository(store, snapshot, identity);
        var plan = new RestorePlan(
                target, arguments.all("path").stream().map(RestorePlan::pathOf).toList(), !arguments.has("no-owner"));
        long all = snapshot.outline().bytes();
        Restore.Result result = Restore.run(repository, snapshot, identity, plan, (entries, bytes, path) -> {
            if (!arguments.has("quiet") && screen.isDue()) {
                String share = plan.paths().isEmpty() && all > 0
                        ? String.format(Locale.ROOT, "%d %%, ", bytes * 100 / all)
                        : "";
                screen.progress(share + entries + " entries, " + Screen.size(bytes) + "  " + path);
            }
        });
        if (arguments.one("output").orElse("").equals("json")) {
            screen.json(Json.object(
                    "snapshot",
                    snapshot.name().sha256Hex(),
                    "entries",
                    result.entries(),
                    "bytes",
                    result.bytes(),
                    "read",
                    result.read(),
                    "failed",
                    result.failed(),
                    "problems",
                    result.problems()));
        } else {
            result.problems().stream().limit(MOST_SHOWN).forEach(problem -> screen.complain("problem: " + problem));
            screen.print("restored " + Screen.count(result.entries(), "entry", "entries") + ", "
                    + Screen.size(result.bytes()) + " to " + target
                    + (result.isWhole() ? "" : "; " + Screen.count(result.failed(), "problem", "problems")));
        }
        if (!snapshot.outline().isGood()) {
            screen.complain("note: this snapshot is not good: "
                    + snapshot.outline()
                            .failure()
                            .map(failed -> failed.detail())
                            .orElse(""));
        }
        return result.isWhole() ? BackupCommand.FINE : BackupCommand.FAILED;
    }
}
