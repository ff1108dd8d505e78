package io.espalier.backup.command;

import io.espalier.backup.client.BackupClient;
import io.espalier.backup.client.BackupJob;
import io.espalier.backup.client.BackupOutcome;
import io.espalier.backup.client.Way;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.link.Order;
import io.espalier.backup.transport.Auid;
import io.espalier.backup.transport.DirectSink;
import io.espalier.backup.transport.HostKey;
import io.espalier.backup.transport.Receipts;
import io.espalier.backup.transport.RedisBus;
import io.espalier.backup.transport.RedisSink;
import io.espalier.backup.worker.Wishes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code run}. */
final class RunCommand {

    private static final Set<String> OPTIONS = Set.of(
            "repo",
            "key",
            "source",
            "host",
            "exclude",
            "state",
            "limit-upload",
            "output",
            "kind",
            "at",
            "user",
            "password-file",
            "database",
            "before",
            "after",
            "server",
            "redis",
            "auid",
            "token-file",
            "fingerprint",
            "receipt-key");
    private static final Set<String> FLAGS =
            Set.of("one-file-system", "strict", "no-cache", "lock-tables", "globals", "quiet");
    private static final int MOST_SHOWN = 20;
    private static final Path ROOT = Path.of("/");

    private final Map<String, String> environment;
    private final Screen screen;
    private final InstantSource clock;

    RunCommand(Map<String, String> environment, Screen screen, InstantSource clock) {
        this.environment = environment;
        this.screen = screen;
        this.clock = clock;
    }

    int run(List<String> words) throws UsageException, IOException, InterruptedException {
        Arguments arguments = Arguments.parse(words, OPTIONS, FLAGS);
        var places = new Places(arguments, environment);
        ClientKey key = places.key();
        var job = new BackupJob(
                host(arguments),
                what(arguments, places),
                new BackupJob.Hooks(
                        split(arguments.one("before")), split(arguments.one("after")), BackupJob.Hooks.NONE.limit()),
                arguments.number("limit-upload", 0, Integer.MAX_VALUE) * 1024L,
                BackupJob.of("", BackupJob.Files.of(List.of(ROOT))).period());
        Path state = Path.of(arguments.one("state").orElse(defaultState()))
                .resolve(key.keyHex().substring(0, 16)); // what waits for one repository is of no use to another
        Instant start = clock.instant();
        try (Way way = way(arguments, places)) {
            BackupOutcome outcome = new BackupClient(state, clock).run(job, way, key, (entries, bytes, added, path) -> {
                if (!arguments.has("quiet") && screen.isDue()) {
                    screen.progress(entries + " entries, " + Screen.size(bytes) + ", " + Screen.size(added) + " added  "
                            + path);
                }
            });
            return report(outcome, Duration.between(start, clock.instant()), arguments);
        }
    }

    private static BackupJob.What what(Arguments arguments, Places places) throws UsageException, IOException {
        String kind = arguments.one("kind").orElse("files");
        String source = arguments.one("source").orElse(kind);
        if (kind.equals("files")) {
            if (arguments.plain().isEmpty()) {
                throw new UsageException("nothing to back up: give at least one path");
            }
            return new BackupJob.Files(
                    source,
                    arguments.plain().stream().map(Path::of).toList(),
                    arguments.all("exclude"),
                    places.isLocal() ? places.folder().stream().toList() : List.of(),
                    arguments.has("one-file-system"),
                    arguments.has("strict"),
                    ROOT,
                    !arguments.has("no-cache"));
        }
        boolean isProgram = kind.equals("command");
        if (isProgram == arguments.plain().isEmpty()) {
            throw new UsageException(
                    isProgram
                            ? "--kind command: give a program and its arguments behind --"
                            : "--kind " + kind + " takes no paths");
        }
        if (!isProgram && !Set.of("redis", "mysql", "postgresql").contains(kind)) {
            throw new UsageException("--kind: \"" + kind + "\" (expected: files, redis, mysql, postgresql or command)");
        }
        return new Wishes(ROOT)
                .what(new Order.Dump(
                        isProgram ? source : kind,
                        arguments.all("at"),
                        arguments.one("user").orElse(""),
                        arguments.one("password-file"),
                        arguments.all("database"),
                        arguments.has("lock-tables"),
                        arguments.has("globals"),
                        arguments.plain(),
                        List.of()));
    }

    /** Words apart by blanks: a program and its arguments, never a shell's line. */
    private static List<String> split(Optional<String> words) {
        return words.map(text -> List.of(text.strip().split("\\s+", -1))).orElse(List.of());
    }

    private Way way(Arguments arguments, Places places) throws UsageException, IOException {
        if (places.isLocal()) {
            return Way.local(places.store());
        }
        var auid = new Auid(needed(arguments, "auid"));
        String token = places.token();
        var verifier = Receipts.Verifier.parse(needed(arguments, "receipt-key"));
        Optional<String> server = arguments.one("server");
        if (server.isPresent()) {
            return Way.direct(
                    DirectSink.Settings.of(URI.create(server.get()), needed(arguments, "fingerprint"), auid, token),
                    verifier);
        }
        Set<String> nodes = Set.of(needed(arguments, "redis").split(",", -1));
        return Way.redis(RedisBus.Settings.of(nodes), RedisSink.Settings.of(auid, HostKey.ofToken(token)), verifier);
    }

    private static String needed(Arguments arguments, String name) throws UsageException {
        return arguments
                .one(name)
                .orElseThrow(() -> new UsageException("--" + name + " is needed with --server or --redis"));
    }

    private int report(BackupOutcome outcome, Duration took, Arguments arguments) throws UsageException {
        if (arguments.one("output").orElse("").equals("json")) {
            screen.json(Json.object(
                    "snapshot", outcome.snapshot(),
                    "good", outcome.isGood(),
                    "reason", outcome.failure().map(failed -> failed.reason()),
                    "entries", outcome.entries(),
                    "bytes", outcome.bytes(),
                    "read", outcome.read(),
                    "added", outcome.added(),
                    "seconds", took.toMillis() / 1000.0,
                    "notes", outcome.notes()));
        } else {
            outcome.notes().stream().limit(MOST_SHOWN).forEach(note -> screen.complain("note: " + note));
            if (outcome.notes().size() > MOST_SHOWN) {
                screen.complain("note: and " + (outcome.notes().size() - MOST_SHOWN) + " more");
            }
            outcome.snapshot()
                    .ifPresent(name -> screen.print("snapshot " + name.substring(0, 8) + "  "
                            + Screen.count(outcome.entries(), "entry", "entries") + ", "
                            + Screen.size(outcome.bytes()) + "; read " + Screen.size(outcome.read()) + ", added "
                            + Screen.size(outcome.added()) + " in " + took.toMillis() / 1000.0 + " s"));
            outcome.failure()
                    .ifPresent(failed -> screen.complain("espalier backup: " + failed.reason() + ": " + failed.detail()
                            + (outcome.snapshot().isPresent() ? "; the snapshot is not good" : "")));
        }
        return outcome.isGood() ? BackupCommand.FINE : BackupCommand.FAILED;
    }

    private static String host(Arguments arguments) throws UsageException, IOException {
        Optional<String> given = arguments.one("host");
        if (given.isPresent()) {
            return given.get();
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new IOException("this machine does not know its name; give --host", e);
        }
    }

    private String defaultState() {
        String home = environment.getOrDefault("HOME", "/root");
        return environment.getOrDefault("XDG_STATE_HOME", home + "/.local/state") + "/espalier-backup";
    }
}
