package io.espalier.agent.backup;

import io.espalier.backup.link.Pipe;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The process of one order. Closing it ends it, whatever it does; what it had no receipt for stays in its spool. */
public final class BackupProcess implements AutoCloseable {
    private static final String WORKER = "io.espalier.backup.worker.BackupWorker";
    private static final Path NICE = Path.of("/usr/bin/nice");
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final int LAST_WORDS_SECONDS = 5;

    private final Process process;
    private final Pipe pipe;
    private final Runnable ended;
    private final AtomicBoolean closed = new AtomicBoolean();

    private BackupProcess(Process process, Runnable ended) {
        this.process = process;
        this.pipe = new Pipe(
                new BufferedInputStream(process.getInputStream(), 16 << 10),
                new BufferedOutputStream(process.getOutputStream(), 16 << 10));
        this.ended = ended;
    }

    static BackupProcess start(byte[] order, Path root, Path state, Runnable ended) throws IOException {
        var command = new ArrayList<String>();
        if (Files.isExecutable(NICE)) {
            command.addAll(List.of(NICE.toString(), "-n", "10"));
        }
        command.addAll(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-Xmx160m",
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                "--enable-native-access=ALL-UNNAMED"));
        for (String property : List.of("ZstdTempFolder", "ZstdNativePath")) {
            String value = System.getProperty(property);
            if (value != null) {
                command.add("-D" + property + "=" + value);
            }
        }
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), WORKER, root.toString(), state.toString()));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", PATH, "LC_ALL", "C.UTF-8"));
        var started = new BackupProcess(builder.start(), ended);
        try {
            started.pipe.send(Pipe.ORDER, order); // on standard input: there are secrets in it
            return started;
        } catch (IOException e) {
            started.stop();
            throw e;
        }
    }

    /** The next call, or the end. @throws IOException if the process is no more */
    public Pipe.Letter receive() throws IOException {
        return pipe.receive();
    }

    public void reply(byte[] reply) throws IOException {
        pipe.send(Pipe.REPLY, reply);
    }

    /** How it ended, for people. */
    public String lastWords() {
        try {
            return process.waitFor(LAST_WORDS_SECONDS, TimeUnit.SECONDS)
                    ? "the backup's process ended with status " + process.exitValue()
                    : "the backup's process says nothing";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /** From any thread. */
    public void stop() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            stop();
            ended.run();
        }
    }
}
