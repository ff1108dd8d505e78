package io.espalier.backup.command;

import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.files.Excludes;
import io.espalier.backup.files.FilesBackup;
import io.espalier.backup.files.FilesPlan;
import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.Session;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.repository.ThrottledSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code run}. */
final class RunCommand {

    private static final Set<String> OPTIONS =
            Set.of("repo", "key", "source", "host", "exclude", "cache", "limit-upload", "output", "kind");
    private static final Set<String> FLAGS = Set.of("one-file-system", "strict", "no-cache", "quiet");
    private static final int MOST_SHOWN = 20;

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
        if (!arguments.one("kind").orElse("files").equals("files")) {
            throw new UsageException("--kind: only files are backed up by this command");
        }
        if (arguments.plain().isEmpty()) {
            throw new UsageException("nothing to back up: give at least one path");
        }
        ObjectStore store = places.store();
        ClientKey key = places.key();
        String source = arguments.one("source").orElse("files");
        List<Path> roots = arguments.plain().stream().map(Path::of).toList();
        var never = new ArrayList<Path>();
        places.folder().ifPresent(never::add);
        Optional<Path> cache = Optional.empty();
        if (!arguments.has("no-cache")) {
            Path folder = Path.of(arguments.one("cache").orElse(defaultCache()));
            never.add(folder);
            cache = Optional.of(
                    folder.resolve(key.keyHex().substring(0, 16) + "-" + source.replaceAll("[^A-Za-z0-9.-]", "_")));
        }
        var plan = new FilesPlan(
                host(arguments),
                source,
                roots,
                Excludes.of(arguments.all("exclude")),
                never,
                arguments.has("one-file-system"),
                arguments.has("strict"),
                cache);
        int limit = arguments.number("limit-upload", 0, Integer.MAX_VALUE);
        ObjectSink sink = ObjectSink.of(store, "local");
        Instant start = clock.instant();
        try (Session session =
                Session.begin(store, limit == 0 ? sink : new ThrottledSink(sink, limit * 1024L), key, clock)) {
            FilesBackup.Result result = FilesBackup.run(plan, session, clock, (entries, bytes, path) -> {
                if (!arguments.has("quiet") && screen.isDue()) {
                    screen.progress(entries + " entries, " + Screen.size(bytes) + ", " + Screen.size(session.added())
                            + " added  " + path);
                }
            });
            return report(result, Duration.between(start, clock.instant()), arguments);
        }
    }

    private int report(FilesBackup.Result result, Duration took, Arguments arguments) throws UsageException {
        Snapshot.Outline outline = result.snapshot().outline();
        if (arguments.one("output").orElse("").equals("json")) {
            screen.json(Json.object(
                    "snapshot", result.snapshot().name().sha256Hex(),
                    "good", outline.isGood(),
                    "reason", outline.failure().map(failed -> failed.reason()),
                    "entries", result.entries(),
                    "bytes", result.bytes(),
                    "read", result.read(),
                    "added", outline.added(),
                    "seconds", took.toMillis() / 1000.0,
                    "notes", result.notes()));
        } else {
            result.notes().stream().limit(MOST_SHOWN).forEach(note -> screen.complain("note: " + note));
            if (result.notes().size() > MOST_SHOWN) {
                screen.complain("note: and " + (result.notes().size() - MOST_SHOWN) + " more");
            }
            screen.print("snapshot " + result.snapshot().shortId() + "  " + result.entries() + " entries, "
                    + Screen.size(result.bytes()) + "; read " + Screen.size(result.read()) + ", added "
                    + Screen.size(outline.added()) + " in " + took.toMillis() / 1000.0 + " s");
            outline.failure()
                    .ifPresent(failed -> screen.complain("espalier backup: " + failed.reason() + ": " + failed.detail()
                            + "; the snapshot is not good"));
        }
        return outline.isGood() ? BackupCommand.FINE : BackupCommand.FAILED;
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

    private String defaultCache() {
        String home = environment.getOrDefault("HOME", "/root");
        String base = environment.getOrDefault("XDG_CACHE_HOME", home + "/.cache");
        return base + "/espalier-backup";
    }
}
