package io.espalier.bench;

import io.espalier.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Idle watchers on one tree: memory of each, and push to event for one that is not idle, without and with ingest at full speed (args: watchers, default 10000). */
public final class WatchersBench {
    private static final int PROBES = 300;
    private static final int KEYS = 100;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int port = free();
    private final int push = free();

    private WatchersBench() throws IOException {}

    public static void main(String[] args) throws Exception {
        new WatchersBench().run(args.length > 0 ? Integer.parseInt(args[0]) : 10_000);
    }

    private static int free() throws IOException {
        try (var any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private void run(int watchers) throws Exception {
        Process tree = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:+UseCompactObjectHeaders",
                        "-Xmx1g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.espalier.metrics.TreeApplication",
                        "--port",
                        Integer.toString(port),
                        "--push-port",
                        Integer.toString(push),
                        "--graphite-port",
                        "-1",
                        "--pickle-port",
                        "-1",
                        "--statsd-port",
                        "-1",
                        "--syslog-port",
                        "-1")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        var open = new ArrayList<SocketChannel>();
        try {
            Await.until("the tree answers", Duration.ofSeconds(60), () -> get("/get/~tree") != null);
            probe(50);
            double heap = heap(tree.pid());
            long resident = resident(tree.pid());
            for (int i = 0; i < watchers; i++) {
                open.add(watch("idle,k" + i % KEYS));
            }
            double heapEach = (heap(tree.pid()) - heap) / watchers;
            double residentEach = (double) (resident(tree.pid()) - resident) / watchers;
            say(
                    "watchers      %,d on %d keys: %.1f KiB of heap each, %.1f KiB resident each (heap and stacks, before the "
                            + "collector gives back)",
                    watchers, KEYS, heapEach / 1024, residentEach / 1024);
            say("push to event %s, nothing else coming in", figures(probe(PROBES)));
            loaded(tree);
        } finally {
            tree.destroyForcibly();
            if (!tree.waitFor(10, TimeUnit.SECONDS)) {
                System.err.println("the tree does not end: pid " + tree.pid());
            }
            for (SocketChannel channel : open) {
                channel.close();
            }
            http.shutdownNow();
        }
    }

    private void loaded(Process tree) throws Exception {
        var isOver = new AtomicBoolean();
        Thread load = Thread.ofPlatform().start(() -> flood(isOver));
        try {
            Await.until("ingest runs", () -> merges() > 100_000);
            long before = merges();
            double cpu = tree.toHandle().info().totalCpuDuration().orElseThrow().toMillis();
            long start = System.nanoTime();
            double[] millis = probe(PROBES);
            double seconds = (System.nanoTime() - start) / 1e9;
            double busy =
                    tree.toHandle().info().totalCpuDuration().orElseThrow().toMillis() - cpu;
            say(
                    "push to event %s, %,.0f merges a second coming in (%.2f processors busy in the tree)",
                    figures(millis), (merges() - before) / seconds, busy / 1000 / seconds);
        } finally {
            isOver.set(true);
            load.join(Duration.ofSeconds(10));
        }
    }

    /** JSON lines, as fast as they are taken. */
    private void flood(AtomicBoolean isOver) {
        var lines = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            lines.append("{\"load\":{\"h").append(i % 100).append("\":{");
            for (int k = 0; k < 10; k++) {
                lines.append(k == 0 ? "" : ",")
                        .append("\"m")
                        .append((i + k) % 50)
                        .append("\":")
                        .append(k);
            }
            lines.append("}}}\n");
        }
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), push)) {
            while (!isOver.get()) {
                socket.getOutputStream().write(bytes);
            }
        } catch (IOException e) {
            System.err.println("the load ended: " + e.getMessage());
        }
    }

    private SocketChannel watch(String key) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.write(request(key));
        ByteBuffer answer = ByteBuffer.allocate(1024);
        String text = "";
        while (!text.contains("\r\n\r\n:")) {
            if (channel.read(answer) < 0) {
                throw new IOException("refused: " + text);
            }
            text = new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        }
        return channel;
    }

    private static ByteBuffer request(String key) {
        return ByteBuffer.wrap(("GET /pull/" + key + " HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
    }

    private int probes;

    /** Milliseconds from before a push to its event, so many times, sorted. */
    private double[] probe(int times) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(request("probe").array());
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String line = in.readLine();
            while (!":".equals(line)) {
                line = in.readLine();
            }
            double[] millis = new double[times];
            for (int i = 0; i < times; i++) {
                long start = System.nanoTime();
                push("{\"probe\":{\"n\":1}}");
                String wanted = "\"probe,n\":" + ++probes + "}";
                do {
                    line = in.readLine();
                } while (line != null && !line.contains(wanted));
                millis[i] = (System.nanoTime() - start) / 1e6;
            }
            Arrays.sort(millis);
            return millis;
        }
    }

    private void push(String json) throws IOException, InterruptedException {
        http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/push"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    private String get(String path) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private long merges() throws IOException, InterruptedException {
        Matcher line = Pattern.compile("espalier_tree_merges_total (\\d+)").matcher(get("/metrics"));
        return line.find() ? Long.parseLong(line.group(1)) : 0;
    }

    /** Bytes of heap in use after a collection. */
    private static double heap(long pid) throws IOException, InterruptedException {
        jcmd(pid, "GC.run");
        double sum = 0;
        Matcher used = Pattern.compile("total \\d+K, used (\\d+)K").matcher(jcmd(pid, "GC.heap_info"));
        while (used.find()) {
            sum += Double.parseDouble(used.group(1)) * 1024;
        }
        return sum;
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        command))
                .redirectErrorStream(true)
                .start();
        String out = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        return out;
    }

    private static long resident(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS of " + pid);
    }

    private static String figures(double[] sorted) {
        return String.format(
                Locale.ROOT,
                "p50 %.1f ms, p99 %.1f ms, max %.1f ms (%d pushes)",
                sorted[sorted.length / 2],
                sorted[sorted.length * 99 / 100],
                sorted[sorted.length - 1],
                sorted.length);
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
