package io.espalier.httpdns.front;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.httpdns.FixedNames;
import io.espalier.httpdns.access.Callers;
import io.espalier.httpdns.access.MissLimit;
import io.espalier.httpdns.access.Networks;
import io.espalier.httpdns.answer.Subnet;
import io.espalier.httpdns.dialect.Terms;
import io.espalier.httpdns.front.FrontSettings.Limits;
import io.espalier.httpdns.operate.Tally.Sundry;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrontIT {
    private static final String HOST = "Host: x\r\n";

    private Doors doors;

    @AfterEach
    void close() {
        if (doors != null) {
            doors.close();
        }
    }

    @Test
    void answersOverHttp() throws Exception {
        doors = Doors.open();
        var response = doors.get("/dn?www.example.com");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("192.0.2.1 60\n192.0.2.2 60\n");
        assertThat(response.headers().firstValue("cache-control")).contains("max-age=60");
        assertThat(response.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
        assertThat(response.headers().firstValue("date")).isPresent();
    }

    @Test
    void answersEveryDialect() throws Exception {
        doors = Doors.open();
        assertThat(doors.get("/d?dn=a.example.com&ttl=1&clientip=1").body()).isEqualTo("192.0.2.10,30|127.0.0.1");
        assertThat(doors.get("/100000/d?host=a.example.com").body()).contains("\"ips\":[\"192.0.2.10\"]");
        assertThat(doors.get("/100000/resolve?host=a.example.com,b.example.com").body())
                .contains("192.0.2.11");
        assertThat(doors.get("/v2/d?id=1&dn=a.example.com").body()).contains("\"code\":\"success\"");
        assertThat(doors.get("/resolve?domain=a.example.com&account_id=1").body())
                .contains("192.0.2.10");
        assertThat(doors.get("/resolve?name=a.example.com").body()).contains("\"Status\":0");
        assertThat(doors.get("/dns-query?dns=AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB")
                        .statusCode())
                .isEqualTo(200);
        var message = Base64.getDecoder().decode("AAABAAABAAAAAAAAA3d3dwdleGFtcGxlA2NvbQAAAQAB");
        var posted = doors.post("/dns-query", "application/dns-message", message);
        assertThat(posted.statusCode()).isEqualTo(200);
        assertThat(posted.headers().firstValue("content-type")).contains("application/dns-message");
    }

    @Test
    void answersThatAreNotAtHandAreLookedUp() throws Exception {
        doors = Doors.open();
        assertThat(doors.get("/dn?slow.example.com").body()).isEqualTo("192.0.2.30 70\n");
        assertThat(doors.get("/dn?slow.example.com,a.example.com").body())
                .isEqualTo("slow.example.com 192.0.2.30 70\na.example.com 192.0.2.10 30\n");
        assertThat(doors.get("/dn?none.example.com").headers().firstValue("dns-status"))
                .contains("NXDOMAIN");
    }

    @Test
    void theSameRequestIsAnsweredFastAndTheSame() throws Exception {
        doors = Doors.open();
        try (var socket = doors.connect()) {
            String first = null;
            for (var i = 0; i < 20; i++) {
                Doors.send(socket, "GET /dn?a.example.com HTTP/1.1\r\n" + HOST + "\r\n");
                var response = Doors.readUntil(socket, "30\n");
                assertThat(response).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n192.0.2.10 30\n");
                var withoutDate = response.replaceFirst("Date: [^\r]*", "");
                assertThat(first == null ? withoutDate : first).isEqualTo(withoutDate);
                first = withoutDate;
            }
        }
        assertThat(doors.front.tallies().sum(Sundry.FAST)).isEqualTo(19);
        assertThat(doors.front.tallies().answers()).isEqualTo(20);
    }

    @Test
    void aFastReplyFollowsTheAnswerWhenItChanges() throws Exception {
        doors = Doors.open();
        try (var socket = doors.connect()) {
            for (var ttl = 30; ttl > 20; ttl--) {
                doors.names.put("a.example.com", 1, ttl, "192.0.2." + ttl);
                doors.front.answersChanged();
                Doors.send(socket, "GET /dn?a.example.com HTTP/1.1\r\n" + HOST + "\r\n");
                var line = "192.0.2." + ttl + " " + ttl + "\n";
                assertThat(Doors.readUntil(socket, line)).isNotNull().endsWith("\r\n\r\n" + line);
            }
        }
        assertThat(doors.front.tallies().sum(Sundry.FAST)).isEqualTo(9);
    }

    /** A body that looks like a request that is known must not be taken for one. */
    @Test
    void theFastLaneIsNotFooledByBodies() throws Exception {
        doors = Doors.open();
        var known = "GET /dn?a.example.com HTTP/1.1\r\n" + HOST + "\r\n";
        try (var socket = doors.connect()) {
            Doors.send(socket, known);
            assertThat(Doors.readUntil(socket, "30\n")).isNotNull();
            Doors.send(socket, "POST /dn HTTP/1.1\r\n" + HOST + "Content-Length: " + known.length() + "\r\n\r\n");
            Await.until("the head has come", () -> doors.front.connections() == 1);
            Doors.send(socket, known);
            assertThat(Doors.readUntil(socket, "expected GET\n")).startsWith("HTTP/1.1 405");
            // The same in two pieces, so that only the second looks known
            Doors.send(socket, "GET /dn?b.example.com HTTP/1.1\r\n" + HOST + "X: ");
            Doors.send(socket, known);
            assertThat(Doors.readUntil(socket, "\r\n\r\n")).isNotNull();
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        doors = Doors.open();
        var gate = new CountDownLatch(1);
        doors.names.holdAt(gate);
        try (var socket = doors.connect()) {
            Doors.send(
                    socket,
                    "GET /dn?slow.example.com HTTP/1.1\r\n" + HOST + "\r\n"
                            + "GET /dn?a.example.com HTTP/1.1\r\n" + HOST + "\r\n"
                            + "GET /dn?b.example.com HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
            gate.countDown();
            var all = Doors.readToEnd(socket);
            assertThat(all.indexOf("192.0.2.30")).isPositive().isLessThan(all.indexOf("192.0.2.10"));
            assertThat(all.indexOf("192.0.2.10")).isLessThan(all.indexOf("192.0.2.11"));
            assertThat(all.split("HTTP/1.1 200 OK", -1)).hasSize(4);
        }
    }

    @Test
    void tooManyPipelinedRequestsEndTheConnection() throws Exception {
        doors = Doors.open();
        var gate = new CountDownLatch(1);
        doors.names.holdAt(gate);
        try (var socket = doors.connect()) {
            Doors.send(socket, ("GET /dn?slow.example.com HTTP/1.1\r\n" + HOST + "\r\n").repeat(100));
            Await.until(
                    "requests wait", () -> doors.front.tallies().prometheus().contains("httpdns_waiting 1"));
            gate.countDown();
            var all = Doors.readToEnd(socket);
            assertThat(all.split("HTTP/1.1 200 OK", -1).length - 1).isEqualTo(65);
            assertThat(all).contains("HTTP/1.1 429").contains("TOO_MANY_WAITING");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/dn?a..b, 400, MALFORMED_NAME",
        "/dn?domain=a&type=ANY, 400, UNKNOWN_TYPE",
        "/unknown, 404, NOT_FOUND",
        "/d?dn=a..b, 400, MALFORMED_NAME"
    })
    void badRequestsAreToldTheReason(String target, int status, String reason) throws Exception {
        doors = Doors.open();
        var response = doors.get(target);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).startsWith(reason + ": ");
        assertThat(response.headers().firstValue("cache-control")).contains("no-store");
        assertThat(doors.front.tallies().prometheus()).contains("httpdns_refusals_total{reason=\"" + reason + "\"} 1");
    }

    @Test
    void methodsTypesAndSizesAreHeldToWhatHttpSays() throws Exception {
        doors = Doors.open();
        var posted = doors.post("/dn?a.example.com", "text/plain", new byte[0]);
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("allow")).contains("GET, HEAD");
        assertThat(doors.post("/dns-query", "text/plain", new byte[20]).statusCode())
                .isEqualTo(415);
        assertThat(doors.post("/dns-query", "application/dns-message", new byte[70_000])
                        .statusCode())
                .isEqualTo(413);
        assertThat(doors.get("/dn?" + "x".repeat(9000)).statusCode()).isEqualTo(414);
        assertThat(doors.get("/dn?a.example.com", "X-Long", "x".repeat(9000)).statusCode())
                .isEqualTo(431);
    }

    @Test
    void whoSendsTooMuchIsToldAndNotCutOff() throws Exception {
        doors = Doors.open();
        for (int i = 0; i < 20; i++) {
            assertThat(doors.post("/dns-query", "application/dns-message", new byte[1_000_000])
                            .statusCode())
                    .isEqualTo(413);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense\r\n\r\n",
                "GET /dn?a.example.com HTTP/1.1\r\n\r\n",
                "GET /dn?a.example.com HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "GET /dn?a.example.com HTTP/1.1\r\nHost: x\r\n broken: y\r\nbad header\r\n\r\n",
                "POST /d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void whatIsNotHttpIsRefusedAndTheConnectionClosed(String text) throws Exception {
        doors = Doors.open();
        try (var socket = doors.connect()) {
            Doors.send(socket, text);
            assertThat(Doors.readToEnd(socket)).startsWith("HTTP/1.1 400 ").contains("Connection: close");
        }
    }

    @Test
    void headAndOldClientsAreServed() throws Exception {
        doors = Doors.open();
        try (var socket = doors.connect()) {
            Doors.send(socket, "HEAD /dn?a.example.com HTTP/1.1\r\n" + HOST + "Connection: close\r\n\r\n");
            assertThat(Doors.readToEnd(socket))
                    .contains("Content-Length: 14\r\n")
                    .endsWith("\r\n\r\n");
        }
        try (var socket = doors.connect()) {
            Doors.send(socket, "GET /dn?a.example.com HTTP/1.0\r\n\r\n");
            assertThat(Doors.readToEnd(socket)).endsWith("\r\n\r\n192.0.2.10 30\n");
        }
    }

    @Test
    void aClientMayWaitBeforeItSendsItsBody() throws Exception {
        doors = Doors.open();
        try (var socket = doors.connect()) {
            Doors.send(
                    socket,
                    "POST /d HTTP/1.1\r\n" + HOST + "Content-Type: application/x-www-form-urlencoded\r\n"
                            + "Content-Length: 16\r\nExpect: 100-continue\r\n\r\n");
            assertThat(Doors.readUntil(socket, "\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            Doors.send(socket, "dn=a.example.com");
            assertThat(Doors.readUntil(socket, "192.0.2.10")).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void slowClientsAreClosed() throws Exception {
        doors = Doors.open(Limits.USUAL.with(Duration.ofSeconds(30), Duration.ofMillis(200), Duration.ofSeconds(1)));
        try (var socket = doors.connect()) {
            Doors.send(socket, "GET /dn?a.example.com HTTP/1.1\r\nHost:");
            assertThat(Doors.readToEnd(socket)).isEmpty();
        }
        assertThat(doors.front.tallies().sum(Sundry.TIMEOUTS)).isEqualTo(1);
    }

    @Test
    void idleClientsAreClosed() throws Exception {
        doors = Doors.open(Limits.USUAL.with(Duration.ofMillis(300), Duration.ofSeconds(10), Duration.ofSeconds(1)));
        try (var silent = doors.connect();
                var used = doors.connect()) {
            Doors.send(used, "GET /dn?a.example.com HTTP/1.1\r\n" + HOST + "\r\n");
            assertThat(Doors.readToEnd(used)).endsWith("192.0.2.10 30\n");
            assertThat(Doors.readToEnd(silent)).isEmpty();
        }
    }

    @Test
    void clientsThatDoNotReadAreClosed() throws Exception {
        doors = Doors.open(Limits.USUAL.with(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(200)));
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), doors.port()));
            var requests = ("GET /dn?www.example.com HTTP/1.1\r\n" + HOST + "\r\n").repeat(50);
            assertThatThrownBy(() -> {
                        while (true) {
                            Doors.send(socket, requests);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(doors.front.tallies().sum(Sundry.TIMEOUTS)).isEqualTo(1);
    }

    @Test
    void connectionsAreBounded() throws Exception {
        doors = Doors.open(Limits.USUAL.withConnections(100, 5));
        var sockets = new ArrayList<Socket>();
        for (var i = 0; i < 5; i++) {
            sockets.add(doors.connect());
        }
        Await.until("five are in", () -> doors.front.connections() == 5);
        try (var sixth = doors.connect()) {
            assertThatThrownBy(() -> {
                        Doors.send(sixth, "GET /dn?a.example.com HTTP/1.1\r\n" + HOST + "\r\n");
                        if (sixth.getInputStream().read() < 0) {
                            throw new IOException("closed");
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        sockets.removeLast().close();
        Await.until("there is room again", () -> doors.front.connections() == 4);
        assertThat(doors.get("/dn?a.example.com").statusCode()).isEqualTo(200);
        for (var socket : sockets) {
            socket.close();
        }
    }

    @Test
    void missesAreLimitedAndHitsAreNot() throws Exception {
        doors = new Doors(
                FixedNames.usual(),
                Limits.USUAL,
                Terms.USUAL,
                new MissLimit(0.1, 3, Networks.NONE, 64),
                Doors.loopbackOperates(),
                Optional.empty());
        for (var i = 0; i < 3; i++) {
            assertThat(doors.get("/dn?slow.example.com").statusCode()).isEqualTo(200);
        }
        var limited = doors.get("/dn?slow.example.com");
        assertThat(limited.statusCode()).isEqualTo(429);
        assertThat(limited.headers()
                        .firstValue("retry-after")
                        .map(Integer::parseInt)
                        .orElseThrow())
                .isBetween(5, 10);
        for (var i = 0; i < 50; i++) {
            assertThat(doors.get("/dn?a.example.com").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void waitingQuestionsAreBounded() throws Exception {
        var gate = new CountDownLatch(1);
        doors = new Doors(
                FixedNames.usual().holdAt(gate),
                Limits.USUAL.withWaiting(4),
                Terms.USUAL,
                Doors.NO_LIMIT,
                Doors.loopbackOperates(),
                Optional.empty());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = new ArrayList<java.util.concurrent.Future<Integer>>();
            for (var i = 0; i < 4; i++) {
                waiting.add(
                        threads.submit(() -> doors.get("/dn?slow.example.com").statusCode()));
            }
            Await.until("four wait", () -> doors.front.tallies().prometheus().contains("httpdns_waiting 4"));
            var fifth = doors.get("/dn?slow.example.com");
            assertThat(fifth.statusCode()).isEqualTo(429);
            assertThat(fifth.headers().firstValue("retry-after")).contains("1");
            gate.countDown();
            for (var one : waiting) {
                assertThat(one.get()).isEqualTo(200);
            }
        }
    }

    @Test
    void aClientsNetworkCountsOnlyFromAProxyThatIsTrusted() throws Exception {
        doors = Doors.open();
        assertThat(doors.get("/dn?a.example.com&ip=198.51.100.7").statusCode()).isEqualTo(200);
        assertThat(doors.names.asked().getLast().client()).isNull();
        doors.close();

        doors = new Doors(
                FixedNames.usual(),
                Limits.USUAL,
                Terms.USUAL,
                Doors.NO_LIMIT,
                Doors.loopbackProxies(),
                Optional.empty());
        doors.get("/dn?a.example.com&ip=198.51.100.7", "X-Forwarded-For", "203.0.113.5");
        assertThat(doors.names.asked().getLast().client())
                .isEqualTo(new Subnet(InetAddress.ofLiteral("198.51.100.7"), 32));
        assertThat(doors.get("/d?dn=a.example.com&clientip=1", "X-Forwarded-For", "1.1.1.1, 203.0.113.5")
                        .body())
                .isEqualTo("192.0.2.10|203.0.113.5");
    }

    @Test
    void operatorsExplainPurgeWarmAndRead() throws Exception {
        doors = Doors.open();
        var explained = doors.get("/resolve?name=slow.example.com&explain=1").body();
        assertThat(explained)
                .contains("\"dialect\":\"google\"")
                .contains("\"stage\":\"world\",\"decision\":\"looked for slow.example.com\"")
                .contains("\"origin\":\"upstream\"");
        assertThat(doors.post("/purge?name=a.example.com,b.example.com", "text/plain", new byte[0])
                        .body())
                .isEqualTo("{\"purged\":2}\n");
        assertThat(doors.post("/warm?slow.example.com,none.example.com", "text/plain", new byte[0])
                        .body())
                .isEqualTo("{\"asked\":2,\"found\":1}\n");
        doors.get("/dn?a.example.com");
        assertThat(doors.get("/stats").body()).startsWith("{\"httpdns\":{").contains("\"dn\":1");
        assertThat(doors.get("/metrics").body())
                .contains("httpdns_answers_total{origin=\"memory\",kind=\"address\"} 1")
                .contains("httpdns_answer_seconds_count{origin=\"memory\"} 1");
        assertThat(doors.get("/purge?name=a").statusCode()).isEqualTo(405);
        assertThat(doors.post("/purge?name=a..b", "text/plain", new byte[0]).statusCode())
                .isEqualTo(400);
    }

    @Test
    void othersMayNotOperate() throws Exception {
        doors = new Doors(
                FixedNames.usual(),
                Limits.USUAL,
                Terms.USUAL,
                Doors.NO_LIMIT,
                new Callers(Networks.NONE, Networks.NONE, List.of(new io.espalier.httpdns.access.Secret("tok"))),
                Optional.empty());
        for (var target : List.of("/metrics", "/stats", "/dn?a.example.com&explain=1")) {
            assertThat(doors.get(target).statusCode()).isEqualTo(403);
            assertThat(doors.get(target, "Authorization", "Bearer tok").statusCode())
                    .isEqualTo(200);
        }
        assertThat(doors.get("/health").body()).isEqualTo("ok\n");
    }

    @Test
    void aPortInUseIsNotShared() throws Exception {
        doors = Doors.open();
        assertThatThrownBy(() -> new Front(
                        FrontSettings.on("127.0.0.1", doors.port()),
                        doors.names,
                        (name, below) -> 0,
                        Terms.USUAL,
                        Doors.loopbackOperates(),
                        Doors.NO_LIMIT,
                        new io.espalier.httpdns.operate.Tallies(),
                        java.time.Clock.systemUTC()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + doors.port());
    }

    /** Random bytes, and requests with random faults: the server answers or closes, and goes on serving. */
    @Test
    void brokenConnectionsDoNotHarmOthers() throws Exception {
        doors = Doors.open();
        var random = new Random(91);
        var seed = "GET /dn?www.example.com HTTP/1.1\r\n" + HOST + "Content-Length: 3\r\n\r\nabc";
        for (var i = 0; i < 300; i++) {
            var text = new StringBuilder(seed);
            for (var n = random.nextInt(6); n > 0; n--) {
                var at = random.nextInt(text.length());
                if (random.nextBoolean()) {
                    text.setCharAt(at, (char) random.nextInt(256));
                } else {
                    text.deleteCharAt(at);
                }
            }
            try (var socket = doors.connect()) {
                Doors.send(socket, text.toString());
                socket.shutdownOutput();
                Doors.readToEnd(socket);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("reset");
            }
        }
        assertThat(doors.get("/dn?a.example.com").body()).isEqualTo("192.0.2.10 30\n");
        Await.until("all have left", () -> doors.front.connections() <= 1);
    }
}
