package io.espalier.shell.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.espalier.protocol.api.DeployRequest;
import io.espalier.protocol.api.OrchestratorApi;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class OrchestratorClientTest {
    private static final String USERS = "[{\"name\":\"ann\",\"rights\":[\"admin\"],\"new-field\":1}]";

    private final AtomicInteger requests = new AtomicInteger();
    private HttpServer server;
    private OrchestratorApi api;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        api = connect("http://127.0.0.1:" + server.getAddress().getPort(), "t");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void answersBecomeRecordsAndUnknownFieldsAreIgnored() {
        answer(200, "application/json", USERS);

        assertThat(api.users())
                .singleElement()
                .satisfies(user -> assertThat(user.rights()).containsExactly("admin"));
    }

    @Test
    void problemDetailsBecomeASentenceWithTheReasonsWord() {
        answer(
                409,
                "application/problem+json",
                "{\"title\":\"Conflict\",\"detail\":\"web1 moved\",\"reason\":\"host-moved\"}");

        var e = failure();

        assertThat(e.sentence()).isEqualTo("web1 moved");
        assertThat(e.reason()).isEqualTo("host-moved");
        assertThat(e.advice()).contains("espalier plan");
        assertThat(e.isPassing()).isFalse();
    }

    @Test
    void missingRightIsToldApartFromAMissingSignIn() {
        answer(403, "application/problem+json", "{\"detail\":\"needs deploy\",\"reason\":\"not-allowed\"}");
        assertThat(failure().advice()).contains("administrator");

        answer(401, "application/problem+json", "{}");
        assertThat(failure().sentence()).endsWith("does not accept the token");
        api = connect("http://127.0.0.1:" + server.getAddress().getPort(), null);
        assertThat(failure().advice()).contains("espalier login");
    }

    @Test
    void refusedSignInOfAPostIsToldTheSameWay() {
        answer(401, "application/problem+json", "{}");

        assertThat(deployFailure().reason()).isEqualTo("not-signed-in");
    }

    @Test
    void whatIsNoOrchestratorIsNamedAsSuch() {
        answer(200, "text/html", "<html>");
        assertThat(failure().reason()).isEqualTo("not-an-orchestrator");
        answer(404, "text/html", "<html>");
        assertThat(failure().reason()).isEqualTo("not-an-orchestrator");
        answer(200, "application/json", "null");
        assertThat(failure().reason()).isEqualTo("not-an-orchestrator");
        answer(302, "text/html", "");
        assertThat(failure().sentence()).contains("points to");
        answer(200, "application/json", "{\"an\":\"object\"}");
        assertThat(failure().reason()).isEqualTo("protocol-mismatch");
        answer(200, "application/json", "[{\"name\":");
        assertThat(failure().reason()).isEqualTo("protocol-mismatch");
    }

    @Test
    void brokenOrchestratorMayBeTriedAgain() {
        answer(503, "application/problem+json", "{\"detail\":\"starting\",\"reason\":\"busy\"}");
        assertThat(failure().isPassing()).isTrue();
        answer(500, "text/html", "oops");
        assertThat(failure().reason()).isEqualTo("internal");
    }

    @Test
    void silenceEndsAfterTheLimit() {
        var over = new CountDownLatch(1);
        handle(_ -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        });

        assertThat(failure().reason()).isEqualTo("timed-out");
        over.countDown();
    }

    @Test
    void nobodyThereIsUnreachable() throws IOException {
        int port;
        try (var socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        api = connect("http://127.0.0.1:" + port, "t");

        assertThat(failure().sentence()).isEqualTo("nothing answers at http://127.0.0.1:" + port);
    }

    @Test
    void postWhoseAnswerIsLostIsNotSentTwice() {
        handle(exchange -> {
            exchange.getRequestBody().readAllBytes();
            requests.incrementAndGet();
            exchange.close(); // without an answer
        });

        var e = deployFailure();

        assertThat(e.isPassing()).isTrue();
        assertThat(requests).hasValue(1);
    }

    @Test
    void answerWithoutEndIsCutOff() {
        handle(exchange -> {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            byte[] much = " ".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            try (var out = exchange.getResponseBody()) {
                for (int i = 0; i < 70; i++) {
                    out.write(much);
                }
            }
        });

        assertThat(failure().sentence()).contains("longer than 64 MiB");
    }

    private ClientException failure() {
        return catchThrowableOfType(ClientException.class, () -> api.users());
    }

    private ClientException deployFailure() {
        return catchThrowableOfType(
                ClientException.class, () -> api.deploy(new DeployRequest(null, List.of(), List.of(), "d")));
    }

    private void answer(int status, String type, String body) {
        handle(exchange -> {
            exchange.getRequestBody().readAllBytes();
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            if (status == 302) {
                exchange.getResponseHeaders().set("Location", "https://elsewhere.example/");
            }
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private void handle(Handler handler) {
        try {
            server.removeContext("/");
        } catch (IllegalArgumentException _) {
            // the first
        }
        server.createContext("/", handler::handle);
    }

    private static OrchestratorApi connect(String url, String token) {
        var target = new Target(URI.create(url), token);
        var limit = Duration.ofMillis(700);
        return OrchestratorClient.connect(target, JsonMapper.builder().build(), limit, limit);
    }
}
