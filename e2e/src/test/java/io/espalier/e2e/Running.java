package io.espalier.e2e;

import io.espalier.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A process that runs beside the story; all that it prints is in one file. */
final class Running implements AutoCloseable {

    private static final Duration END = Duration.ofSeconds(30);

    private final Process process;
    private final Path output;

    private Running(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    static Running start(ProcessBuilder command, Path output) {
        try {
            return new Running(
                    command.redirectErrorStream(true)
                            .redirectInput(ProcessBuilder.Redirect.from(
                                    Path.of("/dev/null").toFile()))
                            .redirectOutput(output.toFile())
                            .start(),
                    output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String output() {
        try {
            return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Until it has printed {@code text}. @throws AssertionError with all it printed, also if it ended before */
    void awaitOutput(String text, Duration limit) {
        try {
            Await.until("output: " + text, limit, () -> output().contains(text) || !process.isAlive());
        } catch (AssertionError late) {
            throw new AssertionError(late.getMessage() + "\n" + output(), late);
        }
        if (!output().contains(text)) {
            throw new AssertionError("ended without: " + text + "\n" + output());
        }
    }

    /** Its exit status, after all of its output is there. */
    int awaitEnd(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still runs after " + limit.toSeconds() + " s:\n" + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** As Ctrl-C does. */
    void interrupt() {
        Pids.signal("INT", pid());
    }

    /** SIGKILL, to it alone. */
    void kill() {
        process.destroyForcibly();
        awaitEnd(END);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
