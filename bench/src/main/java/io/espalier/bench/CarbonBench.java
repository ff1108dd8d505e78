package io.espalier.bench;

import io.espalier.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Graphite's plaintext over TCP, beside Debian's carbon-cache with the same lines (args: lines, default 500000). */
public final class CarbonBench {
    private static final int METRICS = 1000;
    private static final int ROUNDS = 3;
    private static final Path CARBON = Path.of("/usr/bin/carbon-cache");

    private final Path dir;
    private final byte[] lines;
    private final int count;

    private CarbonBench(Path dir, int count) {
        this.dir = dir;
        this.count = count;
        lines = lines(count);
    }

    public static void main(String[] args) throws Exception {
        if (!Files.isExecutable(CARBON)) {
            System.out.println("carbon: skipped, there is no " + CARBON + " (apt install graphite-carbon)");
            return;
        }
        Path dir = Files.createTempDirectory("carbon-bench");
        try {
            new CarbonBench(dir, args.length > 0 ? Integer.parseInt(args[0]) : 500_000).run();
        } finally {
            try (Stream<Path> files = Files.walk(dir)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static byte[] lines(int count) {
        var random = new Random(1);
        long now = System.currentTimeMillis() / 1000;
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("servers.web").append(i % 20).append(".cpu.core").append(i / 20 % (METRICS / 20));
            text.append(' ').append(random.nextInt(100_000) / 100.0).append(' ');
            text.append(now + i / METRICS).append('\n');
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static int free() throws IOException {
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private void run() throws Exception {
        say(
                "%,d lines of %,d metrics, %,d bytes, one connection, %d rounds each",
                count, METRICS, lines.length, ROUNDS);
        double[] ours = tree();
        double[] theirs = carbon();
        say(
                "ratio         %.1f times the lines a second, %.1f times less processor time a line",
                theirs[0] / ours[0], theirs[1] / ours[1]);
    }

    // --- The two ---

    private double[] tree() throws Exception {
        int http = free();
        int graphite = free();
        Process process = start(
                "tree",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.espalier.metrics.TreeApplication",
                "--port",
                Integer.toString(http),
                "--push-port",
                "0",
                "--graphite-port",
                Integer.toString(graphite),
                "--pickle-port",
                "-1",
                "--statsd-port",
                "-1",
                "--syslog-port",
                "-1");
        try {
            double[] figures = rounds("tree", process, graphite);
            long merged = Await.value("all lines are merged", Duration.ofSeconds(20), () -> {
                long seen = merges(http);
                if (seen < (long) count * ROUNDS) {
                    throw new IOException(seen + " merged");
                }
                return seen;
            });
            say("tree          its own counter: %,d values merged of %,d lines", merged, (long) count * ROUNDS);
            return figures;
        } finally {
            end(process);
        }
    }

    private static long merges(int port) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            String text = http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            Matcher line = Pattern.compile("espalier_tree_merges_total (\\d+)").matcher(text);
            return line.find() ? Long.parseLong(line.group(1)) : 0;
        }
    }

    private double[] carbon() throws Exception {
        int port = free();
        int query = free();
        Path storage = Files.createDirectories(dir.resolve("storage"));
        Path conf = Files.createDirectories(dir.resolve("conf"));
        // Debian's defaults but for the places, its own counters every second, and creates: beyond 50 a minute it
        // drops what it received, its own counters among it.
        Files.writeString(conf.resolve("carbon.conf"), """
                [cache]
                STORAGE_DIR = %1$s
                LOCAL_DATA_DIR = %1$s/whisper
                CONF_DIR = %2$s
                LOG_DIR = %1$s/log
                PID_DIR = %1$s
                LINE_RECEIVER_INTERFACE = 127.0.0.1
                LINE_RECEIVER_PORT = %3$d
                ENABLE_UDP_LISTENER = False
                PICKLE_RECEIVER_INTERFACE = 127.0.0.1
                PICKLE_RECEIVER_PORT = %4$d
                CACHE_QUERY_INTERFACE = 127.0.0.1
                CACHE_QUERY_PORT = %5$d
                MAX_CACHE_SIZE = inf
                MAX_UPDATES_PER_SECOND = 500
                MAX_CREATES_PER_MINUTE = inf
                LOG_LISTENER_CONN_SUCCESS = False
                LOG_UPDATES = False
                CARBON_METRIC_INTERVAL = 1
                """.formatted(storage, conf, port, free(), query));
        Files.writeString(conf.resolve("storage-schemas.conf"), """
                [carbon]
                pattern = ^carbon\\.
                retentions = 1s:1h
                [default]
                pattern = .*
                retentions = 60s:1d
                """);
        Files.createDirectories(storage.resolve("log"));
        Process process = start(
                "carbon-cache",
                CARBON.toString(),
                "--nodaemon",
                "--config=" + conf.resolve("carbon.conf"),
                "--pidfile=" + storage.resolve("carbon.pid"),
                "--logdir=" + storage.resolve("log"),
                "start");
        try {
            double[] figures = rounds("carbon-cache", process, port);
            long wanted = (long) count * ROUNDS;
            long received = Await.value("carbon has counted", Duration.ofSeconds(60), () -> {
                long seen = received(storage, query);
                if (seen < wanted) {
                    throw new IOException(seen + " counted");
                }
                return seen;
            });
            say("carbon-cache  its own counter: %,d metrics received of %,d lines", received, wanted);
            return figures;
        } finally {
            end(process);
        }
    }

    /** The sum of what carbon says it received, second by second: what is in its cache and what is written. */
    private static long received(Path storage, int query) throws IOException, InterruptedException {
        Process python = new ProcessBuilder("/usr/bin/python3", "-c", """
                        import os, pickle, socket, struct, sys, time, whisper
                        host = socket.gethostname().replace('.', '_') + '-a'
                        metric = 'carbon.agents.' + host + '.metricsReceived'
                        ask = pickle.dumps({'type': 'cache-query', 'metric': metric}, 2)
                        server = socket.create_connection(('127.0.0.1', int(sys.argv[2])), 10)
                        server.sendall(struct.pack('!L', len(ask)) + ask)
                        answer = server.makefile('rb')
                        cached = pickle.loads(answer.read(struct.unpack('!L', answer.read(4))[0]))['datapoints']
                        points = dict((int(t), v) for t, v in cached)
                        path = os.path.join(sys.argv[1], 'whisper/carbon/agents', host, 'metricsReceived.wsp')
                        if os.path.exists(path):
                            (start, end, step), values = whisper.fetch(path, time.time() - 3500)
                            for i, v in enumerate(values):
                                if v: points[start + i * step] = v
                        print(int(sum(points.values())))
                        """, storage.toString(), Integer.toString(query))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        python.waitFor();
        return out.isEmpty() ? 0 : Long.parseLong(out);
    }

    // --- The same for both ---

    /** Seconds of a round by the clock and of the server's processors: the medians. */
    private double[] rounds(String name, Process process, int port) throws Exception {
        Await.until(name + " listens", Duration.ofSeconds(60), () -> {
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            return true;
        });
        double[] wall = new double[ROUNDS];
        double[] busy = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            double before = busy(process);
            wall[i] = Timed.seconds(() -> send(port));
            busy[i] = busy(process) - before;
            say("%-13s %.2f s, %,.0f lines a second, %.2f s of processor", name, wall[i], count / wall[i], busy[i]);
        }
        Arrays.sort(wall);
        Arrays.sort(busy);
        return new double[] {wall[ROUNDS / 2], busy[ROUNDS / 2]};
    }

    private static double busy(Process process) {
        return process.toHandle().info().totalCpuDuration().orElseThrow().toMillis() / 1000.0;
    }

    /** Until the server, having read to the end, closes. */
    private void send(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(300_000);
            socket.getOutputStream().write(lines);
            socket.shutdownOutput();
            if (socket.getInputStream().read() >= 0) {
                throw new IOException("an answer, where none should be");
            }
        }
    }

    private Process start(String name, String... command) throws IOException {
        List<String> words = new ArrayList<>(List.of(command));
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve(name + ".txt").toFile())
                .start();
    }

    private static void end(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
