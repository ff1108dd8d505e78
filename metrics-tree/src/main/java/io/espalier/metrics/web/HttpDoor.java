package io.espalier.metrics.web;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * HTTP/1.1 (RFC 9112), a virtual thread a connection. The JDK's own server cannot be used: it refuses a plain
 * {@code |} in a path, which browsers and curl send and keys have. All that a client sends is bounded in size
 * and time; what is not understood is answered with 400 and the connection closed.
 */
final class HttpDoor implements AutoCloseable {
    private static final int CONNECTIONS = 20_000;
    private static final long WATCH_NANOS = 250_000_000;
    private static final long PAUSE_NANOS = 50_000_000;
    private static final int MAX_DRAIN = 64 << 20;

    /** Answers requests. */
    interface Handler {
        void handle(Exchange exchange) throws IOException;
    }

    /**
     * How long a client may take.
     *
     * @param idle  between requests
     * @param head  for all that stands before the body, from its first byte on
     * @param stall to send the next part of a body, or to take the next part of an answer; over a whole body at
     *     least 1 kB/s
     * @param drain to go on sending a body that nobody wants, after its answer
     */
    record Patience(Duration idle, Duration head, Duration stall, Duration drain) {
        static final Patience USUAL = new Patience(
                Duration.ofSeconds(60), Duration.ofSeconds(15), Duration.ofSeconds(30), Duration.ofSeconds(5));
    }

    private final ServerSocket server = new ServerSocket();
    private final Handler handler;
    private final Patience patience;
    private final BiConsumer<String, String> drops;
    private final Semaphore free = new Semaphore(CONNECTIONS);
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();

    /** @param drops told what is not served: a reason, such as {@code http-timeout}, and a sample */
    HttpDoor(InetSocketAddress address, Handler handler, Patience patience, BiConsumer<String, String> drops)
            throws IOException {
        this.handler = handler;
        this.patience = patience;
        this.drops = drops;
        try {
            server.bind(address, 1024);
        } catch (IOException e) {
            server.close();
            throw e;
        }
        Thread.ofVirtual().name("http " + port()).start(this::accept);
        Thread.ofVirtual().name("http watchdog " + port()).start(this::watch);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                if (free.tryAcquire()) {
                    Thread.ofVirtual().start(() -> serve(socket));
                } else {
                    drops.accept("http-connections", String.valueOf(socket.getInetAddress()));
                    socket.close();
                }
            } catch (IOException e) {
                if (!server.isClosed()) {
                    drops.accept("http-accept", String.valueOf(e.getMessage()));
                    // Out of file handles, most likely: to try again at once would only take processor time.
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private void watch() {
        while (!server.isClosed()) {
            LockSupport.parkNanos(WATCH_NANOS);
            long now = System.nanoTime();
            for (Connection connection : open) {
                if (connection.isLate(now)) {
                    if (!connection.isIdle()) {
                        drops.accept("http-timeout", connection.peer());
                    }
                    connection.unlimited();
                    connection.close();
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var connection = new Connection(socket, patience.stall);
            open.add(connection);
            try {
                boolean isOver = false;
                while (!isOver) {
                    isOver = !next(connection);
                }
            } finally {
                open.remove(connection);
            }
        } catch (EOFException | SocketException e) {
            // Closed between requests, or gone: nobody is left to be told.
            return;
        } catch (IOException e) {
            drops.accept("http", e.toString());
        } finally {
            free.release();
        }
    }

    /** Answers whether another request may follow. */
    private boolean next(Connection connection) throws IOException {
        RequestBody body = new RequestBody(connection, 0, false, false, patience.stall);
        Exchange exchange = Exchange.withoutBody("GET", "/", connection.out());
        try {
            connection.idle(patience.idle);
            RequestHead head = RequestHead.read(connection.in(), () -> connection.limit(patience.head));
            connection.unlimited();
            long length = head.length();
            boolean isAwaited = head.headers().getOrDefault("expect", "").equalsIgnoreCase("100-continue");
            body = new RequestBody(connection, Math.max(0, length), length < 0, isAwaited, patience.stall);
            exchange =
                    new Exchange(head.method(), head.target(), head.headers(), body, connection.out(), head.isLast());
            String refused = head.crossSite().orElse("");
            if (!refused.isEmpty()) {
                drops.accept("http-cross-site", refused);
                throw new BadRequestException(403, refused);
            }
            handler.handle(exchange);
        } catch (BadRequestException e) {
            return refuse(exchange, connection, body, e.status(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            drops.accept("http-500", e.toString());
            return refuse(
                    exchange, connection, body, 500, "this should not happen; ~tree,drops,http-500 says what did");
        }
        connection.out().flush();
        if (!exchange.isLast() && body.isOver()) {
            return true;
        }
        // What the handler left of the body would be read as the next request.
        drain(connection, body);
        return false;
    }

    private boolean refuse(Exchange exchange, Connection connection, RequestBody body, int status, String why)
            throws IOException {
        if (!exchange.isAnswered()) {
            Exchange refused = Exchange.withoutBody("GET", "/", connection.out());
            refused.set("Content-Type", "text/plain; charset=utf-8");
            refused.set("X-Content-Type-Options", "nosniff");
            refused.send(status, (why + "\n").getBytes(StandardCharsets.UTF_8));
        }
        drain(connection, body);
        return false;
    }

    /** Closing at once on a client that still sends would take the answer from it. */
    private void drain(Connection connection, RequestBody body) throws IOException {
        connection.endOutput();
        if (body.isOver() && connection.in().available() == 0) {
            return;
        }
        long end = System.nanoTime() + patience.drain.toNanos();
        byte[] nowhere = new byte[16_384];
        int drained = 0;
        connection.limitAt(end);
        for (int n = 0; n >= 0 && drained < MAX_DRAIN; n = connection.in().read(nowhere)) {
            drained += n;
        }
        connection.unlimited();
    }

    @Override
    public void close() throws IOException {
        server.close();
        open.forEach(Connection::close);
    }
}
