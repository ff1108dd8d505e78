package io.espalier.orchestrator.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A process that is started again when it dies, as systemd would; a little later each time if it dies at once. */
final class Child implements AutoCloseable {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(10);

    /** A process that ran for so long was well. */
    private static final Duration WELL = Duration.ofSeconds(20);

    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final String name;
    private final List<String> command;
    private final Path log;
    private final Path pidFile;
    private volatile boolean closing;
    private volatile @Nullable Process process;

    Child(String name, List<String> command, Path log, Path pidFile) {
        this.name = name;
        this.command = List.copyOf(command);
        this.log = log;
        this.pidFile = pidFile;
    }

    String name() {
        return name;
    }

    Path log() {
        return log;
    }

    /** Starts it and keeps it alive, on a thread of its own. */
    void start() throws IOException {
        launch();
        Thread.ofVirtual().name("keep-" + name).start(this::keepAlive);
    }

    boolean isAlive() {
        Process running = process;
        return running != null && running.isAlive();
    }

    private synchronized void launch() throws IOException {
        if (closing) {
            return;
        }
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        process = started;
        Files.writeString(pidFile, started.pid() + "\n");
    }

    private void keepAlive() {
        Duration pause = FIRST_PAUSE;
        try {
            while (!closing) {
                Process running = process;
                if (running == null) {
                    return;
                }
                Instant since = Instant.now();
                running.waitFor();
                if (closing) {
                    return;
                }
                pause = Duration.between(since, Instant.now()).compareTo(WELL) > 0 ? FIRST_PAUSE : pause;
                System.err.printf("%s ended (status %d); starting it again%n", name, running.exitValue());
                TimeUnit.MILLISECONDS.sleep(pause.toMillis());
                pause = pause.multipliedBy(2).compareTo(LAST_PAUSE) > 0 ? LAST_PAUSE : pause.multipliedBy(2);
                launch();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            System.err.printf("%s cannot be started: %s%n", name, e.getMessage());
        }
    }

    /** Asks it to end. */
    void stop() {
        Process running;
        synchronized (this) {
            closing = true;
            running = process;
        }
        if (running != null) {
            running.destroy();
        }
    }

    /** Waits for its end, and ends it by force if it takes too long. */
    @Override
    public void close() {
        stop();
        Process running = process;
        try {
            if (running != null && !running.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                running.destroyForcibly().waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
            Files.deleteIfExists(pidFile);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            System.err.printf("%s: %s%n", pidFile, e.getMessage());
        }
    }

    /**
     * Ends a process that an earlier demo left behind because it was itself killed.
     *
     * @param sign must stand in the process' command line, lest a number that was given anew hits a stranger
     */
    static void endLeftOver(Path pidFile, String sign) throws IOException {
        Optional<ProcessHandle> left;
        try {
            left = ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()));
        } catch (NoSuchFileException none) {
            return;
        } catch (NumberFormatException cutShort) {
            left = Optional.empty();
        }
        if (left.isPresent() && commandLine(left.get()).contains(sign)) {
            ProcessHandle process = left.get();
            process.destroy();
            try {
                process.onExit().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (java.util.concurrent.TimeoutException | java.util.concurrent.ExecutionException stubborn) {
                process.destroyForcibly();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        }
        Files.deleteIfExists(pidFile);
    }

    private static String commandLine(ProcessHandle process) throws IOException {
        try {
            return Files.readString(
                    Path.of("/proc/" + process.pid() + "/cmdline"), java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException gone) {
            return "";
        }
    }
}
