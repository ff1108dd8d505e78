package io.espalier.browser;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code espalier demo} as a process of its own, with real agents, on this test's class path. */
final class DemoProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Process process;
    private final Path dir;

    private DemoProcess(Process process, Path dir) {
        this.process = process;
        this.dir = dir;
    }

    static DemoProcess start(Path dir) {
        try {
            int port;
            try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = any.getLocalPort();
            }
            Files.createDirectories(dir);
            Path out = dir.resolve("out.txt");
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            "io.espalier.orchestrator.demo.Demo",
                            "--port",
                            Integer.toString(port),
                            "--dir",
                            dir.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            var demo = new DemoProcess(process, dir);
            demo.awaitReady(out);
            return demo;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady(Path out) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.readString(out).lines().anyMatch(line -> line.startsWith("ready: "))) {
            if (System.nanoTime() > end || !process.isAlive()) {
                close();
                throw new AssertionError("the demo did not get ready:\n" + Files.readString(out));
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }

    String url() {
        return value("url");
    }

    String password() {
        return value("password");
    }

    Path hostRoot(String host) {
        return dir.resolve("hosts").resolve(host);
    }

    private String value(String key) {
        return value(Pattern.compile("\"" + key + "\"\\s*:\\s*\"([^\"]*)\""));
    }

    private String value(Pattern pattern) {
        try {
            Matcher found = pattern.matcher(Files.readString(dir.resolve("demo.json")));
            if (!found.find()) {
                throw new AssertionError("demo.json has no " + pattern);
            }
            return found.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Clones the fleet if need be, puts {@code after} in the place of {@code before} in a file, commits and pushes. */
    String push(String file, String before, String after, String subject) {
        try {
            Path clone = dir.resolve("clone");
            if (Files.notExists(clone)) {
                run(
                        dir,
                        "git",
                        "clone",
                        "-q",
                        value(Pattern.compile("\"demo\"\\s*:\\s*\"([^\"]*)\"")),
                        clone.toString());
            }
            Path path = clone.resolve(file);
            String text = Files.readString(path);
            if (!text.contains(before)) {
                throw new AssertionError(file + " does not contain " + before + ":\n" + text);
            }
            Files.writeString(path, text.replace(before, after));
            run(clone, "git", "-c", "user.name=Ann", "-c", "user.email=ann@example.net", "commit", "-qam", subject);
            return run(clone, "git", "push", "-q");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String run(Path folder, String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new AssertionError(List.of(command) + " failed:\n" + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        return output;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
