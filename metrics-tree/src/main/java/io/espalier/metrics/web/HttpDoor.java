package io.espalier.metrics.web;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * HTTP/1.1 (RFC 9112), a virtual thread a connection. The JDK's own server cannot be used: it refuses a plain
 * {@code |} in a path, which browsers and curl send and keys have. All that a client sends is bounded in size
 * and time; what is not understood is answered with 400 and the connection closed.
 */
final class HttpDoor implements AutoCloseable {
    private static final int MAX_HEAD = 16_384;
    private static final int CONNECTIONS = 20_000;
    private static final Duration IDLE = Duration.ofSeconds(60);

    /** Answers requests. */
    interface Handler {
        void handle(Exchange exchange) throws IOException;
    }

    private static final class BadRequestException extends IOException {
        private static final long serialVersionUID = 1;

        private final int status;

        BadRequestException(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    private final ServerSocket server = new ServerSocket();
    private final Handler handler;
    private final Semaphore free = new Semaphore(CONNECTIONS);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    HttpDoor(InetSocketAddress address, Handler handler) throws IOException {
        this.handler = handler;
        server.bind(address, 1024);
        Thread.ofVirtual().name("http " + server.getLocalPort()).start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                if (free.tryAcquire()) {
                    open.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket));
                } else {
                    socket.close();
                }
            } catch (IOException e) {
                // Out of file handles, or closed: either way there is nobody to tell.
                Thread.onSpinWait();
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) IDLE.toMillis());
            InputStream in = new BufferedInputStream(socket.getInputStream(), 16_384);
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 16_384);
            boolean isOver = false;
            while (!isOver) {
                isOver = !next(in, out);
            }
        } catch (SocketTimeoutException | EOFException e) {
            // An idle connection, or one closed between requests.
            return;
        } catch (IOException e) {
            // The client is gone; what it wanted to know, nobody reads.
            return;
        } finally {
            open.remove(socket);
            free.release();
        }
    }

    private boolean next(InputStream in, OutputStream out) throws IOException {
        Exchange exchange;
        try {
            exchange = read(in, out);
        } catch (BadRequestException e) {
            Exchange refused = Exchange.withoutBody("GET", "/", out);
            refused.set("Content-Type", "text/plain; charset=utf-8");
            refused.send(e.status, (e.getMessage() + "\n").getBytes(StandardCharsets.UTF_8));
            return false;
        }
        handler.handle(exchange);
        out.flush();
        // What the handler left of the body would be read as the next request.
        return !exchange.isLast() && exchange.body().readNBytes(65_536).length == 0;
    }

    private static Exchange read(InputStream in, OutputStream out) throws IOException {
        int[] left = {MAX_HEAD};
        String line = line(in, left);
        if (line.isEmpty()) {
            line = line(in, left);
        }
        int first = line.indexOf(' ');
        int last = line.lastIndexOf(' ');
        if (first < 1 || last == first || !line.startsWith("HTTP/1.", last + 1) || line.charAt(first + 1) != '/') {
            throw new BadRequestException(400, "not an HTTP/1.1 request");
        }
        String target = line.substring(first + 1, last);
        Map<String, String> headers = new HashMap<>();
        for (String field = line(in, left); !field.isEmpty(); field = line(in, left)) {
            int colon = field.indexOf(':');
            if (colon < 1 || field.charAt(colon - 1) == ' ' || field.charAt(0) == ' ') {
                throw new BadRequestException(400, "not a header field");
            }
            String name = field.substring(0, colon).toLowerCase(Locale.ROOT);
            String before = headers.put(name, field.substring(colon + 1).strip());
            if (before != null
                    && (name.equals("content-length") || name.equals("transfer-encoding") || name.equals("host"))) {
                throw new BadRequestException(400, name + " twice");
            }
        }
        boolean isLast = line.endsWith("HTTP/1.0")
                || Optional.ofNullable(headers.get("connection"))
                        .orElse("")
                        .toLowerCase(Locale.ROOT)
                        .contains("close");
        if (headers.getOrDefault("expect", "").equalsIgnoreCase("100-continue")) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
        return new Exchange(line.substring(0, first), target, headers, body(in, headers), out, isLast);
    }

    private static InputStream body(InputStream in, Map<String, String> headers) throws IOException {
        String coding = headers.get("transfer-encoding");
        String length = headers.get("content-length");
        if (coding != null) {
            if (length != null || !coding.equalsIgnoreCase("chunked")) {
                throw new BadRequestException(400, "Transfer-Encoding: only chunked, and no Content-Length beside it");
            }
            return new Chunked(in);
        }
        if (length == null) {
            return new Fixed(in, 0);
        }
        if (!length.matches("\\d{1,18}")) {
            throw new BadRequestException(400, "Content-Length: not a number");
        }
        return new Fixed(in, Long.parseLong(length));
    }

    private static String line(InputStream in, int[] left) throws IOException {
        var text = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException();
            }
            if (left[0]-- == 0) {
                throw new BadRequestException(431, "more than " + MAX_HEAD + " bytes before the body");
            }
            if (c == '\n') {
                int end = text.length();
                return text.substring(0, end > 0 && text.charAt(end - 1) == '\r' ? end - 1 : end);
            }
            if (c == 0) {
                throw new BadRequestException(400, "a NUL byte");
            }
            text.append((char) c);
        }
    }

    /** So many bytes and no more. */
    private static final class Fixed extends InputStream {
        private final InputStream in;
        private long left;

        Fixed(InputStream in, long length) {
            this.in = in;
            left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(bytes, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException();
            }
            left -= n;
            return n;
        }
    }

    private static final class Chunked extends InputStream {
        private final InputStream in;
        private long left;
        private boolean isFirst = true;
        private boolean isOver;

        Chunked(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0 && !isOver) {
                nextChunk();
            }
            if (isOver) {
                return -1;
            }
            int n = in.read(bytes, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new EOFException();
            }
            left -= n;
            return n;
        }

        private void nextChunk() throws IOException {
            int[] room = {MAX_HEAD};
            if (!isFirst && !line(in, room).isEmpty()) {
                throw new IOException("a chunk longer than it says");
            }
            isFirst = false;
            String size = line(in, room);
            int semicolon = size.indexOf(';');
            String hex = (semicolon < 0 ? size : size.substring(0, semicolon)).strip();
            if (!hex.matches("[0-9a-fA-F]{1,15}")) {
                throw new IOException("a chunk without its size");
            }
            left = Long.parseLong(hex, 16);
            if (left == 0) {
                isOver = true;
                while (!line(in, room).isEmpty()) {
                    room[0]--;
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
