package io.espalier.orchestrator.source.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;

/** Serves the repositories in a folder through the {@code git http-backend} program, which answers as a CGI script. */
final class GitHttpBackend implements AutoCloseable {

    private final HttpServer server;
    private final Path folder;

    GitHttpBackend(Path folder) throws IOException {
        this(folder, HttpServer.create());
    }

    GitHttpBackend(Path folder, HttpServer server) throws IOException {
        this.folder = folder;
        this.server = server;
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var builder = new ProcessBuilder("git", "http-backend").redirectError(ProcessBuilder.Redirect.DISCARD);
            var environment = builder.environment();
            environment.putAll(java.util.Map.of(
                    "GIT_PROJECT_ROOT", folder.toString(),
                    "GIT_HTTP_EXPORT_ALL", "1",
                    "GIT_CONFIG_GLOBAL", "/dev/null",
                    "GIT_CONFIG_NOSYSTEM", "1",
                    "REQUEST_METHOD", exchange.getRequestMethod(),
                    "PATH_INFO", exchange.getRequestURI().getPath(),
                    "QUERY_STRING",
                            Optional.ofNullable(exchange.getRequestURI().getQuery())
                                    .orElse(""),
                    "CONTENT_TYPE", header(exchange, "Content-Type"),
                    "HTTP_CONTENT_ENCODING", header(exchange, "Content-Encoding"),
                    "GIT_PROTOCOL", header(exchange, "Git-Protocol")));
            Process process = builder.start();
            try (OutputStream in = process.getOutputStream()) {
                exchange.getRequestBody().transferTo(in);
            }
            reply(exchange, process.getInputStream());
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
    }

    private static void reply(HttpExchange exchange, InputStream script) throws IOException {
        int status = 200;
        for (String line = line(script); !line.isEmpty(); line = line(script)) {
            List<String> parts = List.of(line.split(": ", 2));
            if (parts.getFirst().equalsIgnoreCase("Status")) {
                status = Integer.parseInt(parts.get(1).substring(0, 3));
            } else {
                exchange.getResponseHeaders().add(parts.getFirst(), parts.get(1));
            }
        }
        exchange.sendResponseHeaders(status, 0);
        script.transferTo(exchange.getResponseBody());
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
