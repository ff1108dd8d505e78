package io.espalier.orchestrator.api;

import io.espalier.backup.files.Node;
import io.espalier.backup.link.Order;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.retention.Keep;
import io.espalier.orchestrator.backup.BackupException;
import io.espalier.orchestrator.backup.BackupTask;
import io.espalier.orchestrator.backup.Backups;
import io.espalier.orchestrator.backup.Shelf;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.api.BackupCareRequest;
import io.espalier.protocol.api.BackupEntryView;
import io.espalier.protocol.api.BackupHostView;
import io.espalier.protocol.api.BackupRestoreRequest;
import io.espalier.protocol.api.BackupRunRequest;
import io.espalier.protocol.api.BackupSnapshotView;
import io.espalier.protocol.api.BackupTaskView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Backups as the API shows and begins them. */
@Component
public final class BackupDesk {
    /** Twice a day's period: silence for longer is no backup any more. */
    private static final Duration STALE = Duration.ofDays(2);

    private static final int MOST_TASKS = 500;
    private static final int MOST_PATHS = 1_000;
    private static final int LONGEST_PATH = 4_096;

    private final ObjectProvider<Backups> backups;
    private final InstantSource clock;

    BackupDesk(ObjectProvider<Backups> backups, InstantSource clock) {
        this.backups = backups;
        this.clock = clock;
    }

    private Backups backups() {
        Backups there = backups.getIfAvailable();
        if (there == null) {
            throw RequestRefused.conflict("switched-off", "backups are switched off (espalier.backup.enabled)");
        }
        return there;
    }

    // ---- looking ----

    /** By host. */
    public List<BackupHostView> hosts() {
        return told(() -> {
            var views = new ArrayList<BackupHostView>();
            for (Map.Entry<String, Auid> host : backups().protectedHosts().entrySet()) {
                views.add(view(host.getKey(), host.getValue()));
            }
            return views;
        });
    }

    private BackupHostView view(String host, Auid auid) throws IOException {
        Shelf shelf = backups().shelf(auid);
        List<Snapshot> snapshots = shelf.snapshots();
        Map<String, List<Snapshot>> kinds = new TreeMap<>();
        snapshots.forEach(snapshot -> kinds.computeIfAbsent(snapshot.outline().source(), kind -> new ArrayList<>())
                .add(snapshot));
        Map<String, BackupTask> lastRuns = new TreeMap<>();
        if (HostName.isValid(host)) {
            backups().lastRuns(new HostName(host)).forEach(run -> lastRuns.put(run.kind(), run));
        }
        lastRuns.keySet().forEach(kind -> kinds.putIfAbsent(kind, List.of()));
        return new BackupHostView(
                host,
                auid.value(),
                snapshots.size(),
                snapshots.stream()
                        .mapToLong(snapshot -> snapshot.outline().bytes())
                        .sum(),
                shelf.storedBytes(),
                kinds.entrySet().stream()
                        .map(kind ->
                                kind(kind.getKey(), kind.getValue(), Optional.ofNullable(lastRuns.get(kind.getKey()))))
                        .toList());
    }

    private BackupHostView.Kind kind(String kind, List<Snapshot> oldestFirst, Optional<BackupTask> last) {
        Optional<Snapshot> good = oldestFirst.reversed().stream()
                .filter(snapshot -> snapshot.outline().isGood())
                .findFirst();
        Optional<Instant> lastGood = good.map(snapshot -> snapshot.outline().finishedAt());
        boolean failed =
                last.filter(run -> run.state() == BackupTask.State.FAILED).isPresent();
        boolean isRunning =
                last.filter(run -> run.state() == BackupTask.State.RUNNING).isPresent();
        boolean isOld = lastGood.isEmpty() || lastGood.get().plus(STALE).isBefore(clock.instant());
        return new BackupHostView.Kind(
                kind,
                isRunning ? "running" : failed ? "fail" : isOld ? "stale" : "ok",
                oldestFirst.size(),
                lastGood.orElse(null),
                good.map(snapshot -> snapshot.name().sha256Hex()).orElse(null),
                good.map(snapshot -> snapshot.outline().bytes()).orElse(0L),
                failed
                        ? last.map(run -> run.reason().orElse("") + ": " + run.detail())
                                .orElse(null)
                        : null);
    }

    /** The newest first. */
    public List<BackupSnapshotView> snapshots(@Nullable String host, @Nullable String kind) {
        return told(() -> {
            var views = new ArrayList<BackupSnapshotView>();
            if (host != null) {
                list(Hosts.parse(host).value(), backups().shelf(Hosts.parse(host)), views);
            } else {
                for (Map.Entry<String, Auid> one : backups().protectedHosts().entrySet()) {
                    list(one.getKey(), backups().shelf(one.getValue()), views);
                }
            }
            return views.stream()
                    .filter(view -> kind == null || view.kind().equals(kind))
                    .sorted(Comparator.comparing(BackupSnapshotView::finishedAt).reversed())
                    .toList();
        });
    }

    private static void list(String host, Shelf shelf, List<BackupSnapshotView> views) throws IOException {
        for (Snapshot snapshot : shelf.snapshots()) {
            Snapshot.Outline outline = snapshot.outline();
            views.add(new BackupSnapshotView(
                    snapshot.name().sha256Hex(),
                    host,
                    outline.source(),
                    outline.startedAt(),
                    outline.finishedAt(),
                    outline.files(),
                    outline.bytes(),
                    outline.added(),
                    outline.failure().map(failed -> failed.reason()).orElse("ok"),
                    outline.failure().map(failed -> failed.detail()).orElse(null)));
        }
    }

    public List<BackupEntryView> entries(String host, String snapshot, @Nullable String path) {
        return told(() -> backups().shelf(Hosts.parse(host)).entries(snapshot, path == null ? "/" : path).stream()
                .map(BackupDesk::view)
                .toList());
    }

    private static BackupEntryView view(Node node) {
        String type = switch (node.type() >> 12) {
            case 8 -> "file";
            case 4 -> "folder";
            case 10 -> "link";
            default -> "other";
        };
        return new BackupEntryView(
                node.shown(),
                type,
                Modes.octal(node.permissions()),
                node.size(),
                Instant.ofEpochSecond(node.seconds(), node.nanos()));
    }

    public List<BackupTaskView> tasks(int limit) {
        return backups().tasks(Math.clamp(limit, 1, MOST_TASKS)).stream()
                .map(BackupDesk::view)
                .toList();
    }

    public BackupTaskView task(long id) {
        return view(backups().task(id).orElseThrow(() -> RequestRefused.notFound("there is no backup task " + id)));
    }

    private static BackupTaskView view(BackupTask task) {
        return new BackupTaskView(
                task.id(),
                task.action().word(),
                task.host(),
                task.kind(),
                task.state().word(),
                task.by(),
                task.startedAt(),
                task.endedAt().orElse(null),
                task.snapshot().orElse(null),
                task.entries(),
                task.bytes(),
                task.added(),
                task.what(),
                task.reason().orElse(null),
                task.detail().isEmpty() ? null : task.detail(),
                task.notes());
    }

    // ---- beginning ----

    public BackupTaskView run(BackupRunRequest request, String by) {
        HostName host = Hosts.parse(request.host());
        String kind = request.kind() == null ? "files" : request.kind();
        Order.Wish wish = kind.equals("files") ? files(request) : dump(kind, request);
        int limit = request.limitKib() == null ? 0 : request.limitKib();
        if (limit < 0) {
            throw RequestRefused.malformed("limitKib: " + limit + " (expected: at least 0)");
        }
        return told(() -> view(backups()
                .run(
                        host,
                        wish,
                        new Order.Hooks(words(request.before()), words(request.after())),
                        limit * 1_024L,
                        by)));
    }

    private static Order.Wish files(BackupRunRequest request) {
        List<String> paths = paths(request.paths());
        if (paths.isEmpty()) {
            throw RequestRefused.malformed("paths: none (expected: at least one absolute path)");
        }
        return new Order.Files(
                "files",
                paths,
                words(request.excludes()),
                Boolean.TRUE.equals(request.oneFileSystem()),
                Boolean.TRUE.equals(request.strict()));
    }

    private static Order.Wish dump(String kind, BackupRunRequest request) {
        boolean isDatabase = kind.equals("redis") || kind.equals("mysql") || kind.equals("postgresql");
        if (!kind.matches("[a-z0-9][a-z0-9-]{0,30}")) {
            throw RequestRefused.malformed(
                    "kind: \"" + kind + "\" (expected: files, redis, mysql, postgresql or a name)");
        }
        if (isDatabase == words(request.servers()).isEmpty()
                || isDatabase != words(request.program()).isEmpty()) {
            throw RequestRefused.malformed(
                    isDatabase
                            ? kind + " needs servers, and no program"
                            : "kind: " + kind + " is no database, so it needs a program (or did you mean files, redis,"
                                    + " mysql, postgresql?)");
        }
        return new Order.Dump(
                kind,
                words(request.servers()),
                request.user() == null ? "" : request.user(),
                Optional.ofNullable(request.passwordFile()),
                words(request.databases()),
                Boolean.TRUE.equals(request.lockTables()),
                Boolean.TRUE.equals(request.globals()),
                words(request.program()),
                words(request.verify()));
    }

    public BackupTaskView restore(BackupRestoreRequest request, String by) {
        HostName host = Hosts.parse(request.host());
        HostName to = request.toHost() == null ? host : Hosts.parse(request.toHost());
        String target =
                request.to() == null ? "/" : paths(List.of(request.to())).getFirst();
        return told(() -> view(backups()
                .restore(
                        host,
                        request.kind() == null ? "files" : request.kind(),
                        Optional.ofNullable(request.snapshot()),
                        paths(request.paths()),
                        to,
                        target,
                        !Boolean.FALSE.equals(request.keepOwners()),
                        by)));
    }

    public BackupTaskView check(BackupCareRequest request, String by) {
        int sample = request.sample() == null ? 100 : request.sample();
        if (sample < 0 || sample > 100) {
            throw RequestRefused.malformed("sample: " + sample + " (expected: 0 to 100)");
        }
        return told(() -> view(backups().check(Hosts.parse(request.host()), sample / 100.0, by)));
    }

    public BackupTaskView prune(BackupCareRequest request, String by) {
        var keep = new Keep(
                number(request.keepLast()),
                number(request.keepDaily()),
                number(request.keepWeekly()),
                number(request.keepMonthly()),
                within(request.keepWithin()));
        return told(() -> view(backups().prune(Hosts.parse(request.host()), keep, by)));
    }

    public BackupTaskView drill(BackupCareRequest request, String by) {
        return told(() -> view(backups().drill(Hosts.parse(request.host()), by)));
    }

    private static int number(@Nullable Integer given) {
        return given == null ? 0 : given;
    }

    private static Duration within(@Nullable String text) {
        if (text == null) {
            return Duration.ZERO;
        }
        if (text.matches("[0-9]{1,5}[dh]")) {
            long number = Long.parseLong(text.substring(0, text.length() - 1));
            return text.endsWith("d") ? Duration.ofDays(number) : Duration.ofHours(number);
        }
        throw RequestRefused.malformed("keepWithin: " + text + " (expected: such as 36h or 14d)");
    }

    private static List<String> words(@Nullable List<String> given) {
        if (given == null) {
            return List.of();
        }
        if (given.size() > MOST_PATHS) {
            throw RequestRefused.malformed(given.size() + " words (expected: at most " + MOST_PATHS + ")");
        }
        return List.copyOf(given);
    }

    private static List<String> paths(@Nullable List<String> given) {
        List<String> paths = words(given);
        for (String path : paths) {
            if (!path.startsWith("/")
                    || path.length() > LONGEST_PATH
                    || path.indexOf('\0') >= 0
                    || List.of(path.split("/", -1)).contains("..")) {
                throw RequestRefused.malformed("path: \"" + path + "\" (expected: an absolute one without ..)");
            }
        }
        return paths;
    }

    private interface Answer<T> {
        T get() throws IOException;
    }

    private static <T> T told(Answer<T> answer) {
        try {
            return answer.get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (BackupException e) {
            throw switch (e.reason()) {
                case NOT_FOUND -> RequestRefused.notFound(String.valueOf(e.getMessage()));
                case MALFORMED -> RequestRefused.malformed(String.valueOf(e.getMessage()));
                case BUSY, SWITCHED_OFF -> RequestRefused.conflict(e.reason().word(), String.valueOf(e.getMessage()));
            };
        }
    }
}
