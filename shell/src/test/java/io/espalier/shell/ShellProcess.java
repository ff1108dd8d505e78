package io.espalier.shell;

import io.espalier.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The shell as a process of its own, as users start it. */
final class ShellProcess implements AutoCloseable {
    private static final List<String> FLAGS =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "--enable-native-access=ALL-UNNAMED");

    private final Process process;
    private final OutputStream in;
    private final AtomicReference<String> out = new AtomicReference<>("");
    private final AtomicReference<String> err = new AtomicReference<>("");
    private final List<Thread> readers = new ArrayList<>();

    private ShellProcess(List<String> command, Map<String, String> env, Path home) throws IOException {
        var builder = new ProcessBuilder(command).directory(home.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ESPALIER_"));
        builder.environment().remove("NO_COLOR");
        builder.environment().putAll(env);
        process = builder.start();
        in = process.getOutputStream();
        readers.add(read(process.getInputStream(), out));
        readers.add(read(process.getErrorStream(), err));
    }

    static ShellProcess start(Path home, Map<String, String> env, String... words) throws IOException {
        return new ShellProcess(command(home, words), env, home);
    }

    /** The same with standard output into a file. */
    static ShellProcess startInto(Path file, Path home, Map<String, String> env, String... words) throws IOException {
        var command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" > " + file, "sh"));
        command.addAll(command(home, words));
        return new ShellProcess(command, env, home);
    }

    /** The same at a terminal of 100 columns. */
    static ShellProcess startAtTerminal(Path home, Map<String, String> env, String... words) throws IOException {
        var quoted = new StringBuilder("stty cols 100 rows 40; exec");
        command(home, words).forEach(word -> quoted.append(" '").append(word).append('\''));
        return new ShellProcess(List.of("script", "-qfec", quoted.toString(), "/dev/null"), env, home);
    }

    private static List<String> command(Path home, String... words) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.add("-Duser.home=" + home);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), ShellApplication.class.getName()));
        command.addAll(List.of(words));
        return command;
    }

    private static Thread read(InputStream stream, AtomicReference<String> text) {
        return Thread.ofVirtual().start(() -> {
            var bytes = new java.io.ByteArrayOutputStream();
            var piece = new byte[8192];
            try {
                for (int count = stream.read(piece); count >= 0; count = stream.read(piece)) {
                    bytes.write(piece, 0, count);
                    text.set(bytes.toString(StandardCharsets.UTF_8));
                }
            } catch (IOException _) {
                // a pseudo-terminal ends so
            }
        });
    }

    /** As if typed. */
    void type(String text) throws IOException {
        in.write(text.getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    /** Waits until the terminal does not show what is typed. */
    void awaitNoEcho() {
        Await.until("echo is off", () -> process.descendants().anyMatch(ShellProcess::isWithoutEcho));
    }

    private static boolean isWithoutEcho(ProcessHandle handle) {
        try {
            var stty = new ProcessBuilder("sh", "-c", "stty -a < /proc/" + handle.pid() + "/fd/0").start();
            return new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8).contains(" -echo ");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    void endInput() throws IOException {
        in.close();
    }

    /** Waits until it shows {@code text} after what it has shown before {@code from}. */
    void awaitOutput(int from, String text) {
        try {
            Await.until("shows " + text, () -> plain().indexOf(text, from) >= 0);
        } catch (AssertionError e) {
            throw new AssertionError(
                    "no '" + text + "' after " + from + " in:\n" + plain() + "\nstderr:\n" + err.get(), e);
        }
    }

    /** What was shown so far, without colours and cursor movements. */
    String plain() {
        return out.get().replaceAll("\u001b\\[[0-9;?]*[a-zA-Z]", "").replace("\r", "");
    }

    String raw() {
        return out.get();
    }

    Ran end() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("has not ended; shown so far:\n" + plain() + err.get());
        }
        for (Thread reader : readers) {
            reader.join();
        }
        return new Ran(process.exitValue(), out.get(), err.get());
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
