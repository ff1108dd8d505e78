package io.espalier.templates;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** A server to send to: says who it is and what it was asked. Can be slow, ill, or stopped and started again. */
final class Origin implements AutoCloseable {

    /** As it arrived; names of headers in lower case. */
    record Asked(String method, String uri, Map<String, List<String>> headers) {

        String header(String name) {
            return String.join(",", headers.getOrDefault(name, List.of()));
        }
    }

    private final String name;
    private final int port;
    private final ConcurrentLinkedQueue<Asked> asked = new ConcurrentLinkedQueue<>();
    private volatile Duration delay = Duration.ZERO;
    private volatile int status = 200;
    private volatile Map<String, String> headers = Map.of("Cache-Control", "max-age=60");
    private volatile HttpServer server;

    private Origin(String name) {
        this.name = name;
        this.server = listen(0);
        this.port = server.getAddress().getPort();
    }

    static Origin start(String name) {
        return new Origin(name);
    }

    private HttpServer listen(int at) {
        try {
            var one = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 4096);
            one.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            one.createContext("/", this::answer);
            one.start();
            return one;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestURI().getPath().equals("/healthz")) {
                exchange.sendResponseHeaders(status < 500 ? 200 : 503, -1);
                return;
            }
            var sent = new TreeMap<String, List<String>>();
            exchange.getRequestHeaders()
                    .forEach((key, values) -> sent.put(key.toLowerCase(Locale.ROOT), List.copyOf(values)));
            asked.add(new Asked(
                    exchange.getRequestMethod(), exchange.getRequestURI().toString(), sent));
            exchange.getRequestBody().readAllBytes();
            LockSupport.parkNanos(delay.toNanos());
            headers.forEach((key, value) -> exchange.getResponseHeaders().set(key, value));
            byte[] body = (name + " " + exchange.getRequestURI() + "\n").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    Origin slow(Duration by) {
        delay = by;
        return this;
    }

    Origin answering(int code, Map<String, String> with) {
        status = code;
        headers = with;
        return this;
    }

    int port() {
        return port;
    }

    String name() {
        return name;
    }

    List<Asked> asked() {
        return List.copyOf(asked);
    }

    long asked(String uri) {
        return asked.stream().filter(one -> one.uri().equals(uri)).count();
    }

    void forget() {
        asked.clear();
    }

    /** Nobody listens on its port any more, and its connections are cut. */
    void stop() {
        server.stop(0);
    }

    void startAgain() {
        server = listen(port);
    }

    @Override
    public void close() {
        stop();
    }
}
