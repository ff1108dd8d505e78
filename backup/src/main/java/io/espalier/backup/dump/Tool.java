package io.espalier.backup.dump;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs one program to its end. Good is: it started, ended by itself with 0, said nothing on standard error, and all of
 * its standard output could be stored.
 */
final class Tool {
    private static final int MOST_STDERR = 16 << 10;
    private static final int MOST_TEXT = 64 << 20;
    private static final int SIGNALLED = 128;
    private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final Path folder;
    private final Map<String, String> environment;
    private final Limits limits;

    /** @param folder where programs run; the only thing of this process's environment that they get is PATH */
    Tool(Path folder, Map<String, String> environment, Limits limits) {
        this.folder = folder;
        this.environment = Map.copyOf(environment);
        this.limits = limits;
    }

    /** The program's name as the system shall look it up. */
    static String named(Optional<Path> folder, String name) {
        return folder.map(dir -> dir.resolve(name).toString()).orElse(name);
    }

    /** The first of {@code names} that is installed. @throws DumpException TOOL_MISSING */
    static String firstOf(Optional<Path> folder, String... names) {
        List<Path> folders = folder.map(List::of)
                .orElseGet(() ->
                        List.of(searchPath().split(":")).stream().map(Path::of).toList());
        for (String name : names) {
            for (Path dir : folders) {
                if (java.nio.file.Files.isExecutable(dir.resolve(name))) {
                    return dir.resolve(name).toString();
                }
            }
        }
        throw new DumpException(Reason.TOOL_MISSING, String.join(" or ", names) + ": not installed");
    }

    private static String searchPath() {
        return Optional.ofNullable(System.getenv("PATH"))
                .filter(path -> !path.isBlank())
                .orElse(PATH);
    }

    /** The whole output, which is small. */
    String text(List<String> argv) {
        var out = new ByteArrayOutputStream() {
            @Override
            public synchronized void write(byte[] from, int offset, int length) {
                if (size() + length > MOST_TEXT) {
                    throw new DumpException(Reason.TOO_LARGE, name(argv) + ": more than 64 MiB of text");
                }
                super.write(from, offset, length);
            }
        };
        run(argv, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Copies the standard output to {@code out}. @throws DumpException if the program is not good, or from {@code out} */
    void run(List<String> argv, OutputStream out) {
        run(argv, InputStream.nullInputStream(), in -> in.transferTo(out));
    }

    /** Hands the standard output to {@code reader}, which reads to the end. */
    void run(List<String> argv, InputStream input, Spool.Check reader) {
        Process process = start(argv);
        var progress = new AtomicLong(System.nanoTime());
        var late = new AtomicBoolean();
        var stderr = new Stderr();
        Thread errors = Thread.ofVirtual().start(() -> stderr.readAll(process.getErrorStream()));
        Thread feeder = Thread.ofVirtual().start(() -> feed(process, input));
        Thread watch = Thread.ofVirtual().start(() -> watch(process, progress, late));
        try {
            Optional<IOException> cut = read(process, reader, progress);
            int status = process.waitFor();
            errors.join();
            judge(argv, status, stderr.text(), late.get());
            if (cut.isPresent()) {
                throw new DumpException(
                        Reason.TOOL_FAILED, name(argv) + ": " + cut.get().getMessage());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DumpException(Reason.INTERRUPTED, name(argv) + ": stopped");
        } finally {
            kill(process);
            watch.interrupt();
            feeder.interrupt();
        }
    }

    private Process start(List<String> argv) {
        var builder = new ProcessBuilder(argv).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", searchPath());
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("HOME", folder.toString());
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new DumpException(Reason.TOOL_MISSING, name(argv) + ": cannot be started: " + e.getMessage());
        }
    }

    /** What the reader's own failure means is for the caller to say, after the program's status. */
    private Optional<IOException> read(Process process, Spool.Check reader, AtomicLong progress) {
        try (InputStream in = new Progress(process.getInputStream(), progress)) {
            reader.read(in);
            in.transferTo(OutputStream.nullOutputStream());
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }

    private void judge(List<String> argv, int status, String stderr, boolean late) {
        String words = stderr.isBlank() ? "" : ": " + stderr.strip();
        if (late) {
            throw new DumpException(Reason.TIMED_OUT, name(argv) + ": took too long and was ended" + words);
        }
        if (status > SIGNALLED) {
            throw new DumpException(
                    Reason.TOOL_KILLED, name(argv) + ": ended by signal " + (status - SIGNALLED) + words);
        }
        if (status != 0) {
            throw new DumpException(Words.reason(stderr), name(argv) + ": exit status " + status + words);
        }
        String warnings = String.join(
                "; ",
                stderr.lines()
                        .filter(line ->
                                !line.isBlank() && limits.harmless().stream().noneMatch(line::startsWith))
                        .toList());
        if (!warnings.isEmpty()) {
            throw new DumpException(Reason.TOOL_WARNED, name(argv) + ": " + warnings);
        }
    }

    private static void feed(Process process, InputStream input) {
        try (OutputStream to = process.getOutputStream()) {
            input.transferTo(to);
        } catch (IOException e) {
            // a program that stops reading says why by its status
        }
    }

    private void watch(Process process, AtomicLong progress, AtomicBoolean late) {
        long end = System.nanoTime() + limits.total().toNanos();
        try {
            while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                if (now - end > 0 || now - progress.get() > limits.idle().toNanos()) {
                    late.set(true);
                    kill(process);
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is over
        }
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    static String name(List<String> argv) {
        return String.valueOf(Path.of(argv.getFirst()).getFileName());
    }

    /** The program that {@code argv} starts, and how long it may be silent. */
    Duration idle() {
        return limits.idle();
    }

    /** Notes when something came. */
    private static final class Progress extends java.io.FilterInputStream {
        private final AtomicLong at;

        Progress(InputStream in, AtomicLong at) {
            super(in);
            this.at = at;
        }

        @Override
        public int read() throws IOException {
            at.set(System.nanoTime());
            return super.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int got = super.read(into, offset, length);
            at.set(System.nanoTime());
            return got;
        }
    }

    /** The first words of standard error; all of it is read, so that the program never waits. */
    private static final class Stderr {
        private final List<byte[]> pieces = new ArrayList<>();
        private int size;

        synchronized void readAll(InputStream in) {
            byte[] buffer = new byte[4_096];
            try (in) {
                for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                    int part = Math.min(got, MOST_STDERR - size);
                    pieces.add(java.util.Arrays.copyOf(buffer, part));
                    size += part;
                }
            } catch (IOException e) {
                // what was said so far is enough
            }
        }

        synchronized String text() {
            var all = new ByteArrayOutputStream();
            pieces.forEach(all::writeBytes);
            return all.toString(StandardCharsets.UTF_8);
        }
    }
}
