package io.espalier.backup.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** A program before or after a run. Gets PATH and the kind of the environment, and nothing on its standard input. */
final class Hook {
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int MOST_OUTPUT = 4 << 10;
    private static final int SHOWN = 300;

    private Hook() {}

    /** Why it failed, with what it said last; empty: it ended with 0. */
    static Optional<String> run(List<String> argv, String kind, Duration limit) throws InterruptedException {
        var builder = new ProcessBuilder(argv)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
        builder.environment().clear();
        builder.environment().put("PATH", PATH);
        builder.environment().put("ESPALIER_BACKUP_KIND", kind);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return Optional.of(argv.getFirst() + ": " + e.getMessage());
        }
        var said = new AtomicReference<>("");
        Thread reader = Thread.ofVirtual().start(() -> said.set(readAll(process.getInputStream())));
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return Optional.of(argv.getFirst() + ": not done after " + limit.toSeconds() + " s");
            }
            reader.join(Duration.ofSeconds(5)); // a child of it may hold its output open
            int status = process.exitValue();
            return status == 0
                    ? Optional.empty()
                    : Optional.of(argv.getFirst() + ": status " + status + ": " + oneLine(said.get()));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static String readAll(InputStream in) {
        try (in) {
            byte[] first = in.readNBytes(MOST_OUTPUT);
            in.skip(Long.MAX_VALUE);
            return new String(first, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static String oneLine(String text) {
        String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
    }
}
