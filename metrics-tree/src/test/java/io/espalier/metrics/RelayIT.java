package io.espalier.metrics;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code espalier relay} and {@code espalier tree} as processes that are killed. */
class RelayIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path dir;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Program> programs = new ArrayList<>();

    /** One of our programs, on the same port whenever it is started. */
    private final class Program {
        final int port = freePort();
        private final Path out;
        private final List<String> command = new ArrayList<>();
        private Process process;

        Program(String name, String main, String... options) throws Exception {
            out = dir.resolve(name + ".txt");
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "io.espalier.metrics." + main));
            for (String closed : List.of("graphite", "pickle", "statsd", "syslog")) {
                command.addAll(List.of("--" + closed + "-port", "-1"));
            }
            command.addAll(List.of("--port", Integer.toString(port), "--push-port", "0"));
            command.addAll(List.of("--dir", dir.resolve(name).toString()));
            command.addAll(List.of(options));
            programs.add(this);
            start();
        }

        void start() throws IOException {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(out.toFile()))
                    .start();
            Await.until("it answers: " + out, LIMIT, () -> !process.isAlive() || get("/get/~tree") != null);
            assertThat(process.isAlive()).as(Files.readString(out)).isTrue();
        }

        void kill() throws InterruptedException {
            process.destroyForcibly();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }

        String get(String path) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url() + path))
                    .timeout(LIMIT)
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .strip();
        }

        int push(String path, String json) throws IOException, InterruptedException {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url() + path))
                    .timeout(LIMIT)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(json))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
        }

        String url() {
            return "http://127.0.0.1:" + port;
        }

        /** Printed once all doors are open. */
        int pushPort() {
            return Await.value("its push port", LIMIT, () -> {
                Matcher line = Pattern.compile("push +127\\.0\\.0\\.1:(\\d+) ").matcher(Files.readString(out));
                if (!line.find()) {
                    throw new IOException("not all doors are open");
                }
                return Integer.parseInt(line.group(1));
            });
        }
    }

    /** Below those that outgoing connections take, so that nobody has it while the program is down. */
    private static int freePort() throws IOException {
        var random = new Random();
        for (int i = 0; i < 100; i++) {
            int port = 20_000 + random.nextInt(10_000);
            try (var any = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return any.getLocalPort();
            } catch (IOException e) {
                // Somebody has it.
            }
        }
        throw new IOException("no free port");
    }

    @AfterEach
    void stop() throws Exception {
        for (Program program : programs) {
            program.kill();
        }
        http.shutdownNow();
    }

    /** Pushes numbers, each to a leaf of its own, and remembers which ones were acknowledged. */
    private static final class Sender {
        private final Program relay;
        private final String name;
        private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
        private final AtomicInteger next = new AtomicInteger();
        private volatile boolean isOver;
        private final Thread thread;

        Sender(Program relay, String name) {
            this.relay = relay;
            this.name = name;
            thread = Thread.ofVirtual().start(this::run);
        }

        private void run() {
            while (!isOver) {
                int number = next.getAndIncrement();
                try {
                    String json = "{\"seen\":{\"" + name + "\":{\"" + number + "\":1}},\"sum\":" + number + "}";
                    if (relay.push("/push?sync=1", json) == 200) {
                        acknowledged.add(number);
                    }
                } catch (IOException e) {
                    // Down; whether this one counts nobody knows.
                } catch (InterruptedException e) {
                    return;
                }
            }
        }

        void end() throws InterruptedException {
            isOver = true;
            assertThat(thread.join(LIMIT)).isTrue();
        }

        /** Until it was acknowledged more. */
        void moves() {
            int before = acknowledged.size();
            Await.until(name + " is acknowledged", LIMIT, () -> acknowledged.size() > before + 3);
        }
    }

    @Test
    void whatWasAcknowledgedIsInTheTreeOnceWhoeverIsKilled() throws Exception {
        var tree = new Program("tree", "TreeApplication", "--checkpoint", "PT0.3S", "--history", "0");
        var middle = new Program("middle", "RelayApplication", "--to", tree.url(), "--interval", "PT0.2S");
        var one = new Program("one", "RelayApplication", "--to", middle.url(), "--interval", "PT0.2S");
        var two = new Program("two", "RelayApplication", "--to", middle.url(), "--interval", "PT0.2S");
        var senders = List.of(new Sender(one, "one"), new Sender(two, "two"));
        for (Program victim : List.of(one, middle, tree, two, middle, tree)) {
            senders.forEach(Sender::moves);
            victim.kill();
            if (victim == tree || victim == middle) {
                // Those before it take more, and keep it.
                senders.forEach(Sender::moves);
            }
            victim.start();
        }
        senders.forEach(Sender::moves);
        for (Sender sender : senders) {
            sender.end();
        }
        for (Sender sender : senders) {
            // This comes after all that was pushed before; what is acknowledged and late shows below.
            assertThat(sender.relay.push("/push?sync=1", "{\"end\":{\"" + sender.name + "\":1}}"))
                    .isEqualTo(200);
        }
        Await.until(
                "both ends arrive",
                LIMIT,
                () -> tree.get("/get/end").contains("one")
                        && tree.get("/get/end").contains("two"));
        for (Sender sender : senders) {
            String seen = tree.get("/get/seen," + sender.name);
            var found = new TreeSet<Integer>();
            Matcher leaf = Pattern.compile("\"seen," + sender.name + ",(\\d+)\":(\\d+)")
                    .matcher(seen);
            while (leaf.find()) {
                assertThat(leaf.group(2))
                        .as("how often %s counts", leaf.group(1))
                        .isEqualTo("1");
                assertThat(found.add(Integer.parseInt(leaf.group(1)))).isTrue();
            }
            assertThat(found).containsAll(sender.acknowledged);
            assertThat(found.size()).isLessThanOrEqualTo(sender.next.get());
        }
        assertThat(tree.get("/get/~tree,relay")).doesNotContain("lost-parcels", "two-senders");
    }

    @Test
    void itReceivesLikeATreeAndAnswersOnlyAboutItself() throws Exception {
        var tree = new Program("tree", "TreeApplication", "--history", "0");
        Path conf = dir.resolve("relay.conf");
        Files.writeString(conf, "upstream main " + tree.url() + "\nsend * main\nsend debug nowhere\n");
        var relay = new Program("relay", "RelayApplication", "--conf", conf.toString(), "--interval", "PT0.05S");
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), relay.pushPort())) {
            socket.getOutputStream()
                    .write(("{\"a\":{\"b\":2},\"debug\":{\"x\":1}}\n" + "1.2.3.4 - - [17/May/2015:10:05:03 +0000]"
                                    + " \"GET /page HTTP/1.1\" 200 5 \"-\" \"curl/7\"\n")
                            .getBytes(StandardCharsets.UTF_8));
        }
        Await.until(
                "lines arrive",
                LIMIT,
                () -> tree.get("/get/a").equals("[{\"a,b\":2}]")
                        && tree.get("/get/url").contains("/page"));
        assertThat(relay.push("/push", "{\"cpu\":{\"x\":1,\"y\":3},\"defaultaction\":\"average\"}"))
                .isEqualTo(200);
        assertThat(relay.push("/push", "{\"cpu\":{\"x\":2,\"z\":5}}")).isEqualTo(200);
        assertThat(relay.push("/push", "{\"cpu\":{\"z\":7}}")).isEqualTo(200);
        Await.until(
                "averages arrive",
                LIMIT,
                () -> tree.get("/get/cpu,x").equals("[{\"cpu,x\":1.5}]")
                        && tree.get("/get/cpu,z").equals("[{\"cpu,z\":6}]"));
        assertThat(tree.get("/get/debug")).isEqualTo("[]");
        assertThat(relay.get("/get/a")).contains("a relay keeps no values");
        Await.until("figures", LIMIT, () -> relay.get("/").contains("\"~tree,relay,main,is-well\":1"));
        assertThat(relay.get("/metrics")).contains("relay,main,queued-parcels");
        assertThat(relay.push("/push", "nonsense")).isEqualTo(422);
        assertThat(relay.push("/relay", "nonsense")).isEqualTo(400);
    }
}
