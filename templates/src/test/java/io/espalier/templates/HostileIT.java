package io.espalier.templates;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody sends who means ill. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileIT {

    @TempDir
    static Path root;

    private final Origin origin = Origin.start("weba");
    private Stack stack;

    @BeforeAll
    void start() {
        Nginx.assumeInstalled();
        stack = new Stack(root)
                .layer("l1", 1, Map.of("rate", Map.of("on", false)))
                .layer("l2", 1, Map.of("tier", "web"))
                .origins("web", i -> origin.port(), 1)
                .start();
    }

    @AfterAll
    void stop() {
        if (stack != null) {
            stack.close();
        }
        origin.close();
    }

    @AfterEach
    void forget() {
        origin.forget();
        assertThat(stack.defects()).isEmpty();
    }

    /** What comes back until the server closes, or says nothing for a second. */
    private String raw(int port, String request) throws IOException {
        var answer = new ByteArrayOutputStream();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            for (int one = socket.getInputStream().read();
                    one >= 0;
                    one = socket.getInputStream().read()) {
                answer.write(one);
            }
        } catch (SocketTimeoutException | SocketException e) {
            // kept open; or closed before everything that was sent had been read
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }

    /** Requests that two servers could take for two different ones; nobody behind L1 sees any of them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\na",
                "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /x HTTP/1.1\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost : a\r\n\r\n",
                "GET /x\u0000y HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n",
                "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET x HTTP/1.1\r\nHost: a\r\n\r\n",
                "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
                "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
            })
    void ambiguousRequestIsRefusedAtTheEdge(String request) throws IOException {
        String answer = raw(stack.server("l1a").port(), request);
        assertThat(answer).matches("(?s)HTTP/1\\.1 (400|405|501) .*");
        assertThat(origin.asked()).isEmpty();
    }

    @Test
    void pipelinedSecondRequestIsOfItsOwn() throws IOException {
        String answer = raw(
                stack.server("l1a").port(),
                "GET /one HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
                        + "GET /two HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertThat(answer.split("HTTP/1\\.1 200", -1)).hasSize(3);
        assertThat(origin.asked().stream().map(Origin.Asked::uri)).containsExactly("/one", "/two");
    }

    /** Every place that answers without reading a body: it must not be taken for the next request of the connection. */
    @ParameterizedTest
    @ValueSource(
            strings = {"l1a /dn?body.example", "l2a /dn?body.example", "l1a /healthz", "l2a /healthz", "l1a /page"})
    void bodyOfAGetIsNotTakenForARequest(String where) throws IOException {
        int port = stack.server(where.substring(0, 3)).port();
        String line = "GET " + where.substring(4) + " HTTP/1.1\r\nHost: a\r\n";
        String inner = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
        String length = "Content-Length: " + inner.length() + "\r\n\r\n" + inner;
        String chunks = "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(inner.length()) + "\r\n" + inner
                + "\r\n0\r\n\r\n";
        for (String body : List.of(length, chunks)) {
            String answer = raw(port, line + body + line + "Connection: close\r\n" + body);
            assertThat(answer.split("HTTP/1\\.1 200", -1)).hasSize(3);
        }
        assertThat(origin.asked("/smuggled")).isZero();
    }

    /** A client must not make a hop-by-hop header of what the layers tell each other. */
    @Test
    void connectionHeaderDoesNotStripWhatLayersTellEachOther() throws IOException {
        raw(
                stack.server("l1a").port(),
                "GET /hop HTTP/1.1\r\nHost: a\r\nX-Real-IP: 6.6.6.6\r\nX_Real_IP: 6.6.6.6\r\n"
                        + "Connection: close, X-Real-IP, X-Forwarded-For\r\n\r\n");
        assertThat(origin.asked()).hasSize(1);
        assertThat(origin.asked().getFirst().header("x-real-ip")).isEqualTo("127.0.0.1");
        assertThat(origin.asked().getFirst().headers()).doesNotContainKey("x_real_ip");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/_espalier/peers",
                "/_espalier/drain",
                "/_espalier/metrics",
                "/_espalier/origin",
                "/%5fespalier/peers",
                "/x/../_espalier/peers",
                "//_espalier/peers",
            })
    void adminEndpointIsNotThereFromOutside(String path) throws IOException {
        for (String server : List.of("l1a", "l2a")) {
            for (String method : List.of("GET", "PUT")) {
                String answer = raw(
                        stack.server(server).port(),
                        method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n"
                                + "Authorization: Bearer " + Stack.TOKEN
                                + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                assertThat(answer).startsWith("HTTP/1.1 404 ");
            }
        }
        assertThat(origin.asked()).isEmpty();
    }

    @Test
    void manySlowClientsDoNotKeepOthersOut() throws IOException {
        var slow = new ArrayList<Socket>();
        try {
            for (int i = 0; i < 300; i++) {
                var socket = new Socket(
                        InetAddress.getLoopbackAddress(), stack.server("l1a").port());
                socket.getOutputStream()
                        .write("GET /slow HTTP/1.1\r\nHost: a\r\nX: ".getBytes(StandardCharsets.US_ASCII));
                slow.add(socket);
            }
            assertThat(stack.get(stack.server("l1a").uri("/quick")).statusCode())
                    .isEqualTo(200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void hugeHeadersAndBodiesAreRefused() throws IOException {
        int port = stack.server("l1a").port();
        assertThat(raw(port, "GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 414 ");
        assertThat(raw(port, "GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(9000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(raw(port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(origin.asked()).isEmpty();
    }

    @Test
    void clientsThatGoAwayLeaveNothingUnderWay() throws IOException {
        origin.slow(Duration.ofMillis(300));
        try {
            for (int i = 0; i < 50; i++) {
                try (var socket = new Socket(
                        InetAddress.getLoopbackAddress(), stack.server("l1a").port())) {
                    socket.getOutputStream()
                            .write(("GET /dn?away" + i + ".example HTTP/1.1\r\nHost: a\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                }
            }
            Await.until("some arrived", () -> !origin.asked().isEmpty());
            Await.until(
                    "nothing is under way",
                    () -> stack.peer(stack.server("l1a"), "l2a").get("inflight").asInt() == 0
                            && stack.peer(stack.server("l2a"), "weba")
                                            .get("inflight")
                                            .asInt()
                                    == 0);
        } finally {
            origin.slow(Duration.ZERO);
        }
    }
}
