package io.espalier.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.metrics.ingest.Networks;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.testkit.Await;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The server with real clients. */
class TreeServerIT {
    private static final Path LOG =
            Path.of(Optional.ofNullable(System.getenv("ESPALIER_ACCESS_LOG")).orElse("../../shared/data/apache_logs"));

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private TreeServer server;

    @BeforeEach
    void start() throws IOException {
        var doors = new TreeServer.Doors("127.0.0.1", 0, 0, 0, Networks.LOOPBACK, Optional.empty());
        server = new TreeServer(TreeSettings.ofMachine(), doors, Clock.systemUTC());
    }

    @AfterEach
    void stop() throws IOException {
        http.shutdownNow();
        server.close();
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.httpPort() + path))
                .timeout(Duration.ofSeconds(30));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(to(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private String body(String path) throws Exception {
        return get(path).body().strip();
    }

    private HttpResponse<String> push(String type, byte[] body, String... headers) throws Exception {
        HttpRequest.Builder request =
                to("/push").header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> push(String type, String body) throws Exception {
        return push(type, body.getBytes(StandardCharsets.UTF_8));
    }

    /** As curl and browsers write it: with the bar as it is, which java.net.URI refuses. */
    private String rawGet(String target) throws IOException {
        try (var socket = new Socket("127.0.0.1", server.httpPort())) {
            socket.getOutputStream()
                    .write(("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void everyFormOfPushIsMergedAndVisibleOnAnswer() throws Exception {
        String json = "{\"ip1\":{\"cpu\":0.2,\"net\":120},\"ip2\":{\"cpu\":0.3,\"net\":10}}";
        assertThat(push("application/x-www-form-urlencoded", "json=" + URLEncoder.encode(json, StandardCharsets.UTF_8))
                        .body())
                .contains("\"merged\":1");
        assertThat(body("/get/*%7Csum,net")).isEqualTo("[{\"*\":130}]");
        assertThat(rawGet("/get/*|sum,net")).endsWith("[{\"*\":130}]\n");
        var zipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(zipped)) {
            gzip.write((json + "\n" + json).getBytes(StandardCharsets.UTF_8));
        }
        assertThat(push("application/json", zipped.toByteArray(), "Content-Encoding", "gzip")
                        .body())
                .contains("\"merged\":2");
        assertThat(body("/get/ip1,net")).isEqualTo("[{\"ip1,net\":360}]");
    }

    @Test
    void aBadLineIsReportedWithItsNumberAndTheRestIsMerged() throws Exception {
        String answer = push("application/x-ndjson", "{\"a\":1}\n{\"b\":\n{\"c\":{\"d\":2}}\n")
                .body();
        assertThat(answer).contains("\"merged\":2", "\"rejected\":1", "\"line\":2");
        assertThat(body("/get/c")).isEqualTo("[{\"c,d\":2}]");
        assertThat(body("/get/~tree,drops,bad-json")).contains("{\"~tree,drops,bad-json\":1}");
        assertThat(push("application/json", "nonsense").statusCode()).isEqualTo(422);
        String log = "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl/7\"\n";
        assertThat(push("text/plain", log + log + "1.2.3.4 - - [17/May/2015:10:05:03 +0000] GET /\n")
                        .body())
                .contains("\"merged\":2,\"rejected\":1,\"format\":\"combined\"")
                .contains("{\"line\":3,\"reason\":\"column 42: does not fit combined\",\"text\":\"1.2.3.4 - - [");
    }

    @Test
    void aBombIsRefused() throws Exception {
        var zipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(zipped)) {
            for (int i = 0; i < 64; i++) {
                gzip.write(new byte[1 << 20]);
            }
        }
        assertThat(push("application/json", zipped.toByteArray(), "Content-Encoding", "gzip")
                        .statusCode())
                .isEqualTo(413);
        assertThat(push("application/json", new byte[(32 << 20) + 10]).statusCode())
                .isEqualTo(413);
    }

    @Test
    void aPollAnswersWithTheNextChangeAndSinceMissesNothing() throws Exception {
        push("application/json", "{\"br\":{\"ie\":{\"7\":1}}}");
        CompletableFuture<HttpResponse<String>> poll =
                http.sendAsync(to("/pull/?key-br,ie").build(), HttpResponse.BodyHandlers.ofString());
        Await.until("the poll is told", () -> {
            if (!poll.isDone()) {
                push("application/json", "{\"br\":{\"ie\":{\"7\":1}}}");
            }
            return poll.isDone();
        });
        assertThat(poll.get().body()).startsWith("[{\"br,ie,7\":");
        String seq = poll.get().headers().firstValue("Last-Event-ID").orElseThrow();
        push("application/json", "{\"br\":{\"ie\":{\"8\":5}}}");
        push("application/json", "{\"br\":{\"ie\":{\"8\":5}}}");
        assertThat(body("/pull/br,ie?since=" + seq)).contains("{\"br,ie,8\":");
        assertThat(body("/pull/br,ie?since=5")).isEqualTo("[{\"~reset\":true}]");
    }

    @Test
    void manyIdleWatchersAreHeldAndEachIsToldWhenItsKeyChanges() throws Exception {
        List<Socket> watchers = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                var socket = new Socket("127.0.0.1", server.httpPort());
                watchers.add(socket);
                socket.setSoTimeout(60_000);
                socket.getOutputStream()
                        .write(("GET /pull/idle,k" + i % 50
                                        + " HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
                                .getBytes(StandardCharsets.UTF_8));
            }
            for (Socket socket : watchers) {
                readTo(socket, ":\n\n");
            }
            for (int i = 0; i < 50; i++) {
                push("application/json", "{\"busy\":{\"k" + i + "\":1}}");
            }
            push("application/json", "{\"idle\":{\"k7\":1}}");
            readTo(watchers.get(7), "data: [{\"idle,k7\":1}]\n");
            var all = new StringBuilder("{\"idle\":{\"k0\":1");
            for (int i = 1; i < 50; i++) {
                all.append(",\"k").append(i).append("\":1");
            }
            push("application/json", all + "}}");
            for (int i = 0; i < watchers.size(); i++) {
                int count = i % 50 == 7 ? 2 : 1;
                readTo(watchers.get(i), "data: [{\"idle,k" + i % 50 + "\":" + count + "}]\n");
            }
        } finally {
            for (Socket socket : watchers) {
                socket.close();
            }
        }
    }

    private static void readTo(Socket socket, String end) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int c = socket.getInputStream().read();
            assertThat(c).as("after " + text).isNotNegative();
            text.append((char) c);
        }
    }

    @Test
    void limitsSayWhatGrowsAndWhatWasDroppedToProgramsAndToPeople() throws Exception {
        push("application/json", "{\"a<b\":{\"x\":1,\"y\":2},\"c\":1}");
        push("application/json", "{\"c\":");
        assertThat(body("/limits"))
                .contains("{\"key\":\"a\\u003cb\",\"grown\":", ",\"leaves\":2,\"quota\":")
                .contains("{\"key\":\"drops,bad-json\",\"count\":1,\"samples\":[{\"millis\":");
        String page = http.send(
                        to("/limits").header("Accept", "text/html").build(), HttpResponse.BodyHandlers.ofString())
                .body();
        assertThat(page)
                .contains("<td>a&lt;b</td><td class=\"n\">")
                .contains("<td>drops,bad-json</td><td class=\"n\">1</td>")
                .contains("aria-current=\"page\">Limits</a>");
    }

    @Test
    void aStreamGetsChangesOfReducedKeysToo() throws Exception {
        push("application/json", "{\"ip1\":{\"net\":1}}");
        HttpResponse<InputStream> stream = http.send(
                to("/pull/ip*%7Csum,net").header("Accept", "text/event-stream").build(),
                HttpResponse.BodyHandlers.ofInputStream());
        push("application/json", "{\"ip2\":{\"net\":4}}");
        try (var reader = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            String line = reader.readLine();
            while (!line.startsWith("data:")) {
                line = reader.readLine();
            }
            assertThat(line).isEqualTo("data: [{\"ip*\":5}]");
        }
    }

    @Test
    void linesOverTcpAndUdpAndGraphiteShow() throws Exception {
        try (var socket = new Socket("127.0.0.1", server.pushPort())) {
            socket.getOutputStream()
                    .write("{\"t\":{\"a\":2}}\nnot a line\n{\"t\":{\"a\":3}}\n".getBytes(StandardCharsets.UTF_8));
            Await.until("tcp lines", () -> body("/get/t").equals("[{\"t,a\":5}]"));
        }
        try (var socket = new DatagramSocket()) {
            byte[] json = "{\"u\":7}".getBytes(StandardCharsets.UTF_8);
            socket.send(new DatagramPacket(json, json.length, InetAddress.getLoopbackAddress(), server.pushPort()));
            Await.until("datagram", () -> body("/get/u").equals("[{\"u\":7}]"));
        }
        try (var socket = new Socket("127.0.0.1", server.graphitePort().orElseThrow())) {
            socket.getOutputStream()
                    .write("s.web.load 3.5 1700000100\ns.web.load 2 1700000000\nrubbish\n"
                            .getBytes(StandardCharsets.UTF_8));
            Await.until("graphite", () -> body("/get/s").equals("[{\"s,web,load\":3.5}]"));
        }
        Await.until("bad lines are leaves", () -> body("/get/~tree,drops").contains("bad-graphite"));
    }

    @Test
    void anAccessLogOverTcpMakesTheTreeThatItIs() throws Exception {
        assumeTrue(Files.isReadable(LOG), "no sample log at " + LOG);
        try (var socket = new Socket("127.0.0.1", server.pushPort())) {
            Files.copy(LOG, socket.getOutputStream());
        }
        Await.until("all lines", () -> body("/get/hits").equals("[{\"hits\":10000}]"));
        // A merge shows in one shard after the other.
        Await.until(
                "the last pipe's shard",
                () -> !body("/get/br,chrome%7Csum").equals("[]")
                        && body("/get/url,*%7Csum").equals("[{\"url,*\":10000}]")
                        && body("/get/status,2xx%7Csum").equals("[{\"status,2xx\":9171}]")
                        && body("/get/bytes").equals("[{\"bytes\":2747282740}]"));
        assertThat(body("/get/bytes")).isEqualTo("[{\"bytes\":2747282740}]");
        assertThat(body("/get/status,2xx%7Csum")).isEqualTo("[{\"status,2xx\":9171}]");
        assertThat(body("/get/status,4xx%7Csum")).isEqualTo("[{\"status,4xx\":217}]");
        assertThat(body("/get/url,*%7Csum")).isEqualTo("[{\"url,*\":10000}]");
        assertThat(body("/get/br,chrome%7Csum")).isNotEqualTo("[]");
    }

    @Test
    void badRequestsGetAReason() throws Exception {
        assertThat(rawGet("/get/a*|foo")).startsWith("HTTP/1.1 400").contains("BAD_KEY", "no reducer named");
        assertThat(get("/nowhere").statusCode()).isEqualTo(404);
        assertThat(rawGet("/get/a\r\nContent-Length: 1\r\nContent-Length: 2")).startsWith("HTTP/1.1 400");
        assertThat(rawGet("/get/" + "a".repeat(20_000))).startsWith("HTTP/1.1 431");
        assertThat(get("/realtime/br").body()).contains("/static/tree.js");
        assertThat(get("/static/tree.js").body()).contains("EventSource");
    }
}
