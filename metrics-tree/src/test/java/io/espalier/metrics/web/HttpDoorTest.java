package io.espalier.metrics.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What hostile and careless clients send. In requests here, a bar and a line end stand for CR LF. */
class HttpDoorTest {
    private static final HttpDoor.Patience SHORT = new HttpDoor.Patience(
            Duration.ofMillis(400), Duration.ofMillis(400), Duration.ofMillis(400), Duration.ofMillis(300));

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final List<String> drops = new CopyOnWriteArrayList<>();
    private HttpDoor door;

    @BeforeEach
    void open() throws IOException {
        door = open(HttpDoor.Patience.USUAL);
    }

    private HttpDoor open(HttpDoor.Patience patience) throws IOException {
        return new HttpDoor(
                new InetSocketAddress("127.0.0.1", 0), this::answer, patience, (reason, _) -> drops.add(reason));
    }

    private void answer(Exchange exchange) throws IOException {
        if (exchange.path().equals("/fail")) {
            throw new IllegalStateException("a bug");
        }
        if (exchange.path().equals("/unread")) {
            exchange.send(413, new byte[] {'!'});
            return;
        }
        if (exchange.path().equals("/much")) {
            exchange.send(200, new byte[64 << 20]);
            return;
        }
        String body = new String(exchange.body().readAllBytes(), StandardCharsets.UTF_8);
        seen.add(exchange.method() + " " + exchange.path() + " " + body);
        exchange.send(200, ("<" + body + ">").getBytes(StandardCharsets.UTF_8));
    }

    @AfterEach
    void close() throws IOException {
        door.close();
    }

    private static byte[] bytes(String request) {
        return request.replace("|\n", "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    private String talk(String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", door.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(bytes(request));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void requestsInOneGoAreAnsweredInOrder() throws IOException {
        String answers = talk("""
                POST /a HTTP/1.1|
                Host: x|
                Content-Length: 3|
                |
                onePOST /b?q HTTP/1.1|
                Host: x|
                Transfer-Encoding: chunked|
                |
                2;ext=1|
                tw|
                1|
                o|
                0|
                Trailer: y|
                |
                GET http://x/caf\u00e9 HTTP/1.1|
                Host: x|
                Connection: close|
                |
                """);
        assertThat(seen).containsExactly("POST /a one", "POST /b two", "GET /caf%C3%A9 ");
        assertThat(answers).contains("<one>", "<two>", "<>").doesNotContain("HTTP/1.1 4");
    }

    /** Each hides "GET /hidden" in what one reader takes for a body and another for a request. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5|\nTransfer-Encoding: chunked|\n",
                "Content-Length: 0|\nContent-Length: 5|\n",
                "Content-Length: 5, 5|\n",
                "Content-Length: +5|\n",
                "Content-Length: 0x5|\n",
                "Content-Length : 5|\n",
                "Transfer-Encoding: chunked|\nTransfer-Encoding: identity|\n",
                "Transfer-Encoding: gzip, chunked|\n",
                "Transfer-Encoding: xchunked|\n",
                "Transfer-Encoding : chunked|\n",
                " Transfer-Encoding: chunked|\n",
                "X: y|\n\tTransfer-Encoding: chunked|\n",
                "X: y\rTransfer-Encoding: chunked|\n",
                "X\u0000: y|\n",
                "X: y\u0001|\n",
                "Host: other|\n",
                "no colon|\n",
                ": empty|\n",
            })
    void whatTwoReadersCouldReadInTwoWaysIsRefusedAndTheConnectionClosed(String headers) throws IOException {
        String answers = talk("POST /a HTTP/1.1|\nHost: x|\n" + headers
                + "|\n0|\n|\nGET /hidden HTTP/1.1|\nHost: x|\nConnection: close|\n|\n");
        assertThat(answers).startsWith("HTTP/1.1 ").containsPattern("^HTTP/1.1 (400|501) ");
        assertThat(answers.split("HTTP/1.1 ", -1)).hasSize(2);
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\nhello\r\n0\r\n\r\n",
                "5;a\nb\r\nhello\r\n0\r\n\r\n",
                "5\rX\nhello\r\n0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                " 5\r\nhello\r\n0\r\n\r\n",
                "ffffffffffffffff\r\nhello\r\n",
                "4\r\nhello\r\n0\r\n\r\n",
                "\r\nhello\r\n0\r\n\r\n",
            })
    void chunksThatAreNotWrittenAsTheyMustBeAreRefused(String chunks) throws IOException {
        String answers = talk("POST /a HTTP/1.1|\nHost: x|\nTransfer-Encoding: chunked|\n|\n" + chunks
                + "GET /hidden HTTP/1.1|\nHost: x|\nConnection: close|\n|\n");
        assertThat(answers).startsWith("HTTP/1.1 400 ");
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /a",
                "GET  /a HTTP/1.1",
                "GET /a b HTTP/1.1",
                "GET a HTTP/1.1",
                "GET /a HTTP/1.10",
                "GET /a HTTP/2.0",
                "G(T /a HTTP/1.1",
                "GET /a\u0007 HTTP/1.1",
                "* HTTP/1.1",
                "\u0016\u0003\u0001"
            })
    void requestLinesThatAreNoneAreRefused(String line) throws IOException {
        assertThat(talk(line + "|\nHost: x|\n|\n")).containsPattern("^HTTP/1.1 (400|505) ");
        assertThat(seen).isEmpty();
    }

    @Test
    void aRequestNeedsAHostAndAHeadOfBoundedSize() throws IOException {
        assertThat(talk("GET /a HTTP/1.1|\n|\n")).startsWith("HTTP/1.1 400 ");
        assertThat(talk("GET /a HTTP/1.0|\n|\n")).startsWith("HTTP/1.1 200 ");
        assertThat(talk("POST /a HTTP/1.0|\nTransfer-Encoding: chunked|\n|\n")).startsWith("HTTP/1.1 400 ");
        assertThat(talk("GET /a HTTP/1.1|\nHost: x|\n" + "X: y|\n".repeat(5000) + "|\n"))
                .startsWith("HTTP/1.1 431 ");
    }

    @Test
    void anotherSitesPageMayNotPush() throws IOException {
        String post = "POST /a HTTP/1.1|\nHost: x:1|\nConnection: close|\nContent-Length: 2|\n%s|\n|\nhi";
        assertThat(talk(post.formatted("Origin: http://evil.example"))).startsWith("HTTP/1.1 403 ");
        assertThat(talk(post.formatted("Origin: null"))).startsWith("HTTP/1.1 403 ");
        assertThat(talk(post.formatted("Sec-Fetch-Site: cross-site"))).startsWith("HTTP/1.1 403 ");
        assertThat(talk(post.formatted("Origin: http://x:1"))).startsWith("HTTP/1.1 200 ");
        assertThat(talk(post.formatted("Sec-Fetch-Site: same-origin"))).startsWith("HTTP/1.1 200 ");
        assertThat(talk(post.formatted("User-Agent: curl"))).startsWith("HTTP/1.1 200 ");
        assertThat(drops).containsOnly("http-cross-site").hasSize(3);
    }

    @Test
    void aClientThatWaitsToBeToldIsToldOnlyIfItsBodyIsRead() throws IOException {
        String post = "POST %s HTTP/1.1|\nHost: x|\nConnection: close|\nExpect: 100-continue|\nContent-Length: 2|\n|\n";
        assertThat(talk(post.formatted("/a") + "hi")).startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ");
        assertThat(talk(post.formatted("/unread"))).startsWith("HTTP/1.1 413 ");
    }

    @Test
    void aClientThatSendsMoreThanIsWantedStillReadsItsAnswer() throws IOException {
        String answer = talk("POST /unread HTTP/1.1|\nHost: x|\nContent-Length: 20000000|\n|\n" + "x".repeat(20_000_000)
                + "GET /hidden HTTP/1.1|\nHost: x|\n|\n");
        assertThat(answer).startsWith("HTTP/1.1 413 ");
        assertThat(seen).isEmpty();
    }

    @Test
    void aBugInAHandlerIsA500AndALeaf() throws IOException {
        assertThat(talk("GET /fail HTTP/1.1|\nHost: x|\n|\n")).startsWith("HTTP/1.1 500 ");
        assertThat(drops).containsExactly("http-500");
    }

    @Test
    void slowClientsAreCutOff() throws IOException {
        door.close();
        door = open(SHORT);
        for (String start : List.of(
                "GET /a HTTP/1.1|\nHost: x|\nX: ",
                "POST /a HTTP/1.1|\nHost: x|\nContent-Length: 100000|\n|\n",
                "POST /a HTTP/1.1|\nHost: x|\nTransfer-Encoding: chunked|\n|\n5;")) {
            drops.clear();
            try (var socket = new Socket("127.0.0.1", door.port())) {
                OutputStream out = socket.getOutputStream();
                out.write(bytes(start));
                // One byte now and then keeps every single read short, and does not help.
                Await.until("it is cut off: " + start, () -> {
                    try {
                        out.write('x');
                        return !drops.isEmpty();
                    } catch (SocketException e) {
                        return true;
                    }
                });
            }
            Await.until("and counted", () -> drops.contains("http-timeout"));
        }
        assertThat(seen).isEmpty();
    }

    @Test
    void anIdleClientIsLetGoWithoutACount() throws IOException {
        door.close();
        door = open(SHORT);
        try (var socket = new Socket("127.0.0.1", door.port())) {
            socket.setSoTimeout(20_000);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(drops).isEmpty();
    }

    @Test
    void aClientThatReadsNothingIsCutOff() throws IOException {
        door.close();
        door = open(SHORT);
        try (var socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress("127.0.0.1", door.port()));
            socket.getOutputStream().write(bytes("GET /much HTTP/1.1|\nHost: x|\n|\n"));
            Await.until("it is cut off", () -> drops.contains("http-timeout"));
        }
    }

    @Test
    void bodiesTakeOfTheirMemoryAsTheyCome() throws IOException {
        try (var memory = new BodyMemory()) {
            byte[] all = new byte[200_000];
            Arrays.fill(all, (byte) 7);
            assertThat(memory.read(new Slow(all), 1_000_000)).isEqualTo(all);
            assertThat(memory.read(new Slow(all), 150_000)).hasSize(150_000);
        }
    }

    /** Gives a few bytes at a time. */
    private static final class Slow extends InputStream {
        private final byte[] all;
        private int at;

        Slow(byte[] all) {
            this.all = all;
        }

        @Override
        public int read() {
            return at == all.length ? -1 : all[at++];
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int n = Math.min(Math.min(length, 1000), all.length - at);
            System.arraycopy(all, at, into, offset, n);
            at += n;
            return n == 0 ? -1 : n;
        }
    }
}
