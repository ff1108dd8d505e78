package io.espalier.metrics.pipe;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A running program that answers a line with a line, each within a deadline. */
final class PipeProcess implements AutoCloseable {
    private static final int MAX_ANSWER = 1 << 20;
    private static final int MAX_COMPLAINT = 4096;
    private static final List<String> KEPT = List.of("PATH", "HOME", "LANG", "LC_ALL", "TZ");

    private final Process process;
    private final Duration deadline;
    private final OutputStream out;
    private final InputStream in;
    private final ExecutorService io;
    private volatile String complaint = "";

    private PipeProcess(Process process, String name, Duration deadline) {
        this.process = process;
        this.deadline = deadline;
        out = process.getOutputStream();
        in = new BufferedInputStream(process.getInputStream());
        io = Executors.newSingleThreadExecutor(
                work -> Thread.ofPlatform().daemon().name("pipe io " + name).unstarted(work));
        Thread.ofPlatform().daemon().name("pipe stderr " + name).start(this::listen);
    }

    static PipeProcess start(Path program, Duration deadline) throws IOException {
        var builder = new ProcessBuilder(program.toAbsolutePath().toString());
        Map<String, String> environment = builder.environment();
        environment.keySet().retainAll(KEPT);
        return new PipeProcess(builder.start(), String.valueOf(program.getFileName()), deadline);
    }

    /** What it says on stderr: its latest line is the reason when it ends. */
    private void listen() {
        try (InputStream err = new BufferedInputStream(process.getErrorStream())) {
            while (true) {
                complaint = line(err, MAX_COMPLAINT);
            }
        } catch (IOException e) {
            // It has ended.
            return;
        }
    }

    /** The fields that it wants; empty for all. */
    Set<String> init() throws IOException, InterruptedException {
        String answer = ask("{\"init\":{\"fields\":[\"" + String.join("\",\"", FieldJson.NAMES) + "\"]}}");
        List<String> fields = ExternalPipe.fields(answer).orElse(List.of());
        for (String field : fields) {
            if (!FieldJson.NAMES.contains(field)) {
                throw new IOException("it asks for a field '" + field + "', which no line has");
            }
        }
        return Set.copyOf(fields);
    }

    /** @throws IOException if it ends, or does not answer in time, or at length */
    String ask(String request) throws IOException, InterruptedException {
        Callable<String> exchange = () -> {
            out.write((request + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            return line(in, MAX_ANSWER);
        };
        try {
            return io.submit(exchange).get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + deadline.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            checkAlive();
            throw new IOException(String.valueOf(e.getCause()), e);
        }
    }

    void checkAlive() throws IOException, InterruptedException {
        if (process.waitFor(0, TimeUnit.MILLISECONDS) || !process.isAlive()) {
            throw new IOException(
                    "it ended with status " + process.exitValue() + (complaint.isEmpty() ? "" : ": " + complaint));
        }
    }

    private static String line(InputStream in, int most) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("it closed its output");
            }
            if (line.size() == most) {
                throw new IOException("an answer of more than " + most + " bytes");
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        io.shutdownNow();
    }
}
