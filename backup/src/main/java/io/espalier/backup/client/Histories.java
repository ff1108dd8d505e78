package io.espalier.backup.client;

import io.espalier.backup.report.KindHistory;
import io.espalier.backup.report.KindHistory.Failed;
import io.espalier.backup.report.KindHistory.Pushed;
import io.espalier.backup.report.KindHistory.Step;
import io.espalier.backup.report.KindHistory.Verified;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** What is on record about each kind: a properties file each, replaced as a whole. */
final class Histories {
    private final Path folder;

    Histories(Path folder) {
        this.folder = folder;
    }

    /** A record that cannot be read is a new one: it says what happened, and nothing depends on it. */
    KindHistory of(String kind, Duration period, Instant now) {
        Properties on = read(folder.resolve(kind));
        try {
            return new KindHistory(
                    kind,
                    true,
                    period,
                    instant(on, "enabledAt").orElse(now),
                    instant(on, "started"),
                    instant(on, "verified.at")
                            .map(at -> new Verified(
                                    needed(on, "verified.run"),
                                    at,
                                    Long.parseLong(on.getProperty("verified.bytes", "0")),
                                    on.getProperty("verified.digest", ""))),
                    instant(on, "pushed.at")
                            .map(at -> new Pushed(
                                    needed(on, "pushed.run"),
                                    at,
                                    on.getProperty("pushed.snapshot", ""),
                                    on.getProperty("pushed.digest", ""))),
                    instant(on, "failed.at")
                            .map(at -> new Failed(
                                    needed(on, "failed.run"),
                                    at,
                                    Step.valueOf(on.getProperty("failed.step", "LOCAL")),
                                    on.getProperty("failed.error", ""))));
        } catch (IllegalArgumentException | java.time.DateTimeException e) {
            return new KindHistory(
                    kind, true, period, now, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    List<String> kinds() throws IOException {
        var kinds = new ArrayList<String>();
        if (Files.isDirectory(folder)) {
            try (var files = Files.list(folder)) {
                files.map(file -> String.valueOf(file.getFileName()))
                        .filter(name -> !name.startsWith("."))
                        .sorted()
                        .forEach(kinds::add);
            }
        }
        return kinds;
    }

    void keep(KindHistory history) throws IOException {
        var on = new Properties();
        on.setProperty("enabledAt", history.enabledAt().toString());
        history.started().ifPresent(at -> on.setProperty("started", at.toString()));
        history.verified().ifPresent(verified -> {
            on.setProperty("verified.run", verified.run().toString());
            on.setProperty("verified.at", verified.at().toString());
            on.setProperty("verified.bytes", Long.toString(verified.bytes()));
            on.setProperty("verified.digest", verified.digest());
        });
        history.pushed().ifPresent(pushed -> {
            on.setProperty("pushed.run", pushed.run().toString());
            on.setProperty("pushed.at", pushed.at().toString());
            on.setProperty("pushed.snapshot", pushed.snapshot());
            on.setProperty("pushed.digest", pushed.digest());
        });
        history.failed().ifPresent(failed -> {
            on.setProperty("failed.run", failed.run().toString());
            on.setProperty("failed.at", failed.at().toString());
            on.setProperty("failed.step", failed.step().name());
            on.setProperty("failed.error", failed.error());
        });
        Files.createDirectories(folder);
        Path fresh = folder.resolve("." + history.kind());
        try (Writer out = Files.newBufferedWriter(fresh)) {
            on.store(out, null);
        }
        Files.move(fresh, folder.resolve(history.kind()), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Properties read(Path file) {
        var on = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            on.load(in);
        } catch (NoSuchFileException none) {
            return on;
        } catch (IOException | IllegalArgumentException e) {
            return new Properties();
        }
        return on;
    }

    private static Optional<Instant> instant(Properties on, String name) {
        return Optional.ofNullable(on.getProperty(name)).map(Instant::parse);
    }

    private static Instant needed(Properties on, String name) {
        return instant(on, name).orElseThrow(() -> new IllegalArgumentException("no " + name));
    }
}
