package io.espalier.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.metrics.ingest.Networks;
import io.espalier.metrics.ingest.Senders;
import io.espalier.metrics.live.Answers;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.metrics.wire.XdrWriter;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All doors of one server, with the senders that there are. */
class IngestIT {
    private static final Path NGINX = Path.of("/usr/sbin/nginx");

    @TempDir
    private Path folder;

    private TreeServer server;

    @BeforeEach
    void start() throws IOException {
        var doors = new TreeServer.Doors("127.0.0.1", 0, 0, 0, Networks.LOOPBACK, Optional.empty());
        var senders = new Senders(
                0, 0, 0, List.of(folder.resolve("access.log")), folder.resolve("state"), List.of(), Optional.empty());
        server =
                new TreeServer(TreeSettings.ofMachine(), doors, senders, TreeServer.Keeping.NOTHING, Clock.systemUTC());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private String get(String key) {
        return Answers.list(new Queries(server.tree(), Budget.USUAL).run(Query.parse(key)));
    }

    private void awaitLeaf(String key, String answer) {
        Await.until(key + " is " + answer, () -> get(key).equals("[{\"" + key + "\":" + answer + "}]"));
    }

    private int port(String door) {
        return server.receivers().ports().get(door);
    }

    private static void datagram(int port, byte[] bytes) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
        }
    }

    private static void stream(int port, byte[] bytes) throws IOException {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write(bytes);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void everyDoorTakesItsProtocol() throws IOException {
        datagram(port("statsd"), utf8("web.hits:2|c\nweb.hits:1|c"));
        stream(port("statsd"), utf8("web.tcp:4|c\n"));
        byte[] pickle = ("](U\u0003p.aK\u0001K\u0007\u0086\u0086e.").getBytes(StandardCharsets.ISO_8859_1);
        stream(
                port("pickle"),
                ByteBuffer.allocate(4 + pickle.length)
                        .putInt(pickle.length)
                        .put(pickle)
                        .array());
        stream(port("syslog"), utf8("<13>Nov 20 10:05:03 h1 app: a\n30 <13>1 - h2 app - - - two\nlines"));
        datagram(port("syslog"), utf8("<14>Nov 20 10:05:03 h3 app: a"));
        datagram(server.pushPort(), XdrWriter.value("web1", "load_one", "0.75"));
        Files.writeString(folder.resolve("access.log"), "{\"tailed\":3}\n");
        awaitLeaf("web,hits", "3");
        awaitLeaf("web,tcp", "4");
        awaitLeaf("p,a", "7");
        awaitLeaf("syslog,h1,app,notice", "1");
        awaitLeaf("syslog,h2,app,notice", "1");
        awaitLeaf("syslog,h3,app,info", "1");
        awaitLeaf("ganglia,web1,load_one", "0.75");
        awaitLeaf("tailed", "3");
        assertThat(get("~tree,drops")).isEqualTo("[]");
    }

    @Test
    void aPortThatSomebodyElseHasIsNamedWithItsOption() throws IOException {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            var senders = new Senders(-1, taken.getLocalPort(), -1, List.of(), folder, List.of(), Optional.empty());
            var doors = new TreeServer.Doors("127.0.0.1", 0, 0, -1, Networks.LOOPBACK, Optional.empty());
            assertThatThrownBy(() -> new TreeServer(
                            TreeSettings.ofMachine(), doors, senders, TreeServer.Keeping.NOTHING, Clock.systemUTC()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("--statsd-port " + taken.getLocalPort())
                    .hasMessageContaining("-1: off");
        }
    }

    @Test
    void aStreamThatIsNoPickleIsCutOffAndCounted() throws IOException {
        stream(port("pickle"), utf8("GET / HTTP/1.1\r\n\r\n"));
        Await.until("it is counted", () -> get("~tree,drops,bad-stream").contains(":1}"));
    }

    @Test
    void loggersMessagesAreCounted() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/logger")), "no logger (package bsdutils)");
        for (String option : List.of("--udp --rfc3164", "--tcp --rfc5424", "--tcp --octet-count --rfc5424")) {
            var command = new ArrayList<>(
                    List.of("logger", "-n", "127.0.0.1", "-P", "" + port("syslog"), "-t", "job", "-p", "user.err"));
            command.addAll(List.of(option.split(" ")));
            command.add("it failed");
            Process logger = new ProcessBuilder(command).inheritIO().start();
            assertThat(logger.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
        Await.until("three errors", () -> get("syslog,*,job,error|sum").endsWith(":3}]"));
        assertThat(get("~tree,drops")).isEqualTo("[]");
    }

    @Test
    void nginxSendsItsAccessLogBySyslogAndByFile() throws Exception {
        assumeTrue(Files.isExecutable(NGINX), "no nginx (package nginx)");
        int http;
        try (var free = new ServerSocket(0)) {
            http = free.getLocalPort();
        }
        Path log = folder.resolve("access.log");
        Path config = Files.writeString(folder.resolve("nginx.conf"), """
                daemon off; master_process off; pid %1$s/pid; error_log %1$s/error.log;
                events {}
                http {
                  log_format timed '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
                                   '"$http_referer" "$http_user_agent" $request_time $upstream_response_time';
                  log_format json escape=json '{"remote_addr":"$remote_addr","request":"$request","status":"$status",'
                                   '"body_bytes_sent":"$body_bytes_sent","http_user_agent":"$http_user_agent"}';
                  access_log syslog:server=127.0.0.1:%2$d timed;
                  access_log %1$s/access.log json;
                  client_body_temp_path %1$s; proxy_temp_path %1$s; fastcgi_temp_path %1$s; uwsgi_temp_path %1$s;
                  scgi_temp_path %1$s;
                  server { listen 127.0.0.1:%3$d; location / { return 404 "none"; } }
                }
                """.formatted(folder, port("syslog"), http));
        Process nginx = new ProcessBuilder(NGINX.toString(), "-e", folder + "/error.log", "-c", config.toString())
                .inheritIO()
                .start();
        try (var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http + "/caf%C3%A9?q=1"))
                    .header("User-Agent", "curl/7 \"quoted\\\" \u00fcber")
                    .build();
            Await.until(
                    "nginx answers",
                    () -> client.send(request, HttpResponse.BodyHandlers.ofString())
                                    .statusCode()
                            == 404);
            // Both ways bring each request.
            awaitLeaf("status,4xx,404", "2");
            awaitLeaf("br,curl,7", "2");
            Await.until(
                    "formats are told",
                    () -> get("~tree,formats").contains("nginx-json")
                            && get("~tree,formats").contains("nginx-timed"));
            Files.move(log, folder.resolve("access.log.1"));
            client.send(request, HttpResponse.BodyHandlers.ofString());
            Files.writeString(log, "", StandardOpenOption.CREATE);
            awaitLeaf("status,4xx,404", "4");
            assertThat(get("~tree,drops")).isEqualTo("[]");
        } finally {
            nginx.destroy();
            assertThat(nginx.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aSenderThatIsFasterThanTheTreeWaitsAndNothingIsLost() throws IOException {
        try (var socket = new Socket("127.0.0.1", server.pushPort())) {
            OutputStream out = socket.getOutputStream();
            byte[] block = utf8("{\"fast\":{\"n\":1}}\n".repeat(10_000));
            for (int i = 0; i < 50; i++) {
                out.write(block);
            }
        }
        awaitLeaf("fast,n", "500000");
    }
}
