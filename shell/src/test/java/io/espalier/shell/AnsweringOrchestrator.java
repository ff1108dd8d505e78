package io.espalier.shell;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;

/**
 * A loopback HTTP server that answers each path of the API with what a test told it, as JSON made from the protocol's
 * records, and remembers what it was asked.
 */
final class AnsweringOrchestrator implements AutoCloseable {
    static final String TOKEN = "s3cret";

    record Request(String line, String body, Map<String, List<String>> headers) {}

    /** @param body a record for JSON, or a String as it is */
    record Reply(int status, String type, Object body) {
        static Reply json(Object body) {
            return new Reply(200, "application/json", body);
        }

        static Reply problem(int status, String reason, String detail) {
            return new Reply(
                    status,
                    "application/problem+json",
                    Map.of("title", "Problem", "status", status, "detail", detail, "reason", reason));
        }
    }

    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpServer server;
    private final Map<String, Function<Request, Reply>> replies = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    AnsweringOrchestrator() throws IOException {
        this(0);
    }

    AnsweringOrchestrator(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** @param what such as {@code GET /hosts}, without query */
    AnsweringOrchestrator on(String what, Object body) {
        return reply(what, _ -> Reply.json(body));
    }

    AnsweringOrchestrator reply(String what, Function<Request, Reply> reply) {
        replies.put(what, reply);
        return this;
    }

    List<String> lines() {
        return requests.stream().map(Request::line).toList();
    }

    Request last(String start) {
        return requests.reversed().stream()
                .filter(request -> request.line().startsWith(start))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + start + " among " + lines()));
    }

    private void answer(HttpExchange exchange) throws IOException {
        var uri = exchange.getRequestURI();
        String path = uri.getRawPath().replaceFirst("^/api/v1", "");
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String verb = exchange.getRequestMethod();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        var request = new Request(verb + " " + path + query, body, Map.copyOf(exchange.getRequestHeaders()));
        requests.add(request);
        Reply reply;
        if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            reply = Reply.problem(401, "unauthorized", "who are you?");
        } else {
            reply = replies.getOrDefault(verb + " " + path, _ -> Reply.problem(404, "not-found", "there is no " + path))
                    .apply(request);
        }
        byte[] bytes = reply.body() instanceof String text
                ? text.getBytes(StandardCharsets.UTF_8)
                : json.writeValueAsBytes(reply.body());
        exchange.getResponseHeaders().set("Content-Type", reply.type());
        exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
