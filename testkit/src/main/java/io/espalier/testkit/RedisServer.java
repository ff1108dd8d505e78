package io.espalier.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real redis-server without persistence on a port of loopback. */
public final class RedisServer implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration STEP = Duration.ofSeconds(30);
    private static final int BUS = 10_000; // a cluster node's second port, as Redis counts it

    private final Path home;
    private final int port;
    private final List<String> options;
    private Process process;

    private RedisServer(Path home, int port, List<String> options) {
        this.home = home;
        this.port = port;
        this.options = List.copyOf(options);
        this.process = begin();
    }

    public static boolean isInstalled() {
        return Files.isExecutable(Path.of("/usr/bin/redis-server"))
                && Files.isExecutable(Path.of("/usr/bin/redis-cli"));
    }

    /**
     * Starts one and waits until it answers.
     *
     * @param home its folder, made if it is not there
     * @param options for redis-server, such as "--maxmemory", "64mb"
     */
    public static RedisServer start(Path home, String... options) {
        var server = new RedisServer(home, freePorts(1)[0], List.of(options));
        server.awaitPing();
        return server;
    }

    static RedisServer begin(Path home, int port, List<String> options) {
        return new RedisServer(home, port, options);
    }

    private Process begin() {
        try {
            Files.createDirectories(home);
            var argv = new ArrayList<>(List.of(
                    "redis-server",
                    "--port",
                    String.valueOf(port),
                    "--bind",
                    "127.0.0.1",
                    "--dir",
                    home.toString(),
                    "--save",
                    "",
                    "--appendonly",
                    "no"));
            argv.addAll(options);
            return new ProcessBuilder(argv)
                    .redirectErrorStream(true)
                    .redirectOutput(
                            ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitPing() {
        Await.until("redis on " + port + " answers", LIMIT, () -> ask("PING").equals("PONG"));
    }

    public int port() {
        return port;
    }

    /** HOST:PORT */
    public String address() {
        return "127.0.0.1:" + port;
    }

    /** What redis-cli prints. */
    public String ask(String... command) {
        var argv = new ArrayList<>(List.of("timeout", "2", "redis-cli", "-p", String.valueOf(port)));
        argv.addAll(List.of(command));
        return Ran.of(STEP, argv.toArray(String[]::new)).output();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** kill -9. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts it again, with its folder, without its data. */
    public void startAgain() {
        process = begin();
        awaitPing();
    }

    /** SIGSTOP: it keeps its connections and says nothing. */
    public void freeze() {
        Ran.of(STEP, "kill", "-STOP", String.valueOf(process.pid()));
    }

    public void thaw() {
        Ran.of(STEP, "kill", "-CONT", String.valueOf(process.pid()));
    }

    @Override
    public void close() {
        kill();
    }

    static int[] freePorts(int count) {
        var seen = new HashSet<Integer>();
        while (seen.size() < count) {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                int port = socket.getLocalPort();
                // The second port must be one, and free too
                if (port < 65_535 - BUS) {
                    new ServerSocket(port + BUS, 1, InetAddress.getLoopbackAddress()).close();
                    seen.add(port);
                }
            } catch (IOException taken) {
                // look on
            }
        }
        return seen.stream().mapToInt(Integer::intValue).toArray();
    }
}
