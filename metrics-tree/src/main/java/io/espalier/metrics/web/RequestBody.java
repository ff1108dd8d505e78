package io.espalier.metrics.web;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The body of a request: so many bytes, or chunks (RFC 9112, 7.1). A client that said {@code Expect: 100-continue}
 * is told to go on when somebody first reads; one that sends too slowly runs into the connection's limit.
 */
final class RequestBody extends InputStream {
    private static final int MAX_CHUNK_LINE = 256;
    private static final int MAX_TRAILERS = 8192;
    private static final long NANOS_A_BYTE = 1_000_000;

    private final Connection connection;
    private final InputStream in;
    private final boolean isChunked;
    private final Duration stall;
    private boolean isAwaited;
    private long left;
    private boolean isFirstChunk = true;
    private boolean isOver;
    private long received;
    private final long started = System.nanoTime();

    /**
     * @param length    of a body that is not chunked
     * @param isAwaited that the client waits to be told to send it
     * @param stall     how long the client may send nothing
     */
    RequestBody(Connection connection, long length, boolean isChunked, boolean isAwaited, Duration stall) {
        this.connection = connection;
        in = connection.in();
        this.isChunked = isChunked;
        this.isAwaited = isAwaited;
        this.stall = stall;
        left = length;
        isOver = !isChunked && length == 0;
    }

    /** What the client says it will send; -1 if it does not say. */
    long announced() {
        return isChunked ? -1 : left + received;
    }

    /** Whether the connection stands at the next request. */
    boolean isOver() {
        return isOver;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (isAwaited && !isOver) {
            isAwaited = false;
            connection.out().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            connection.out().flush();
        }
        long now = System.nanoTime();
        connection.limitAt(Math.min(now, started + received * NANOS_A_BYTE) + stall.toNanos());
        try {
            return limited(bytes, offset, length);
        } finally {
            connection.unlimited();
        }
    }

    private int limited(byte[] bytes, int offset, int length) throws IOException {
        if (left == 0 && isChunked && !isOver) {
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
        received += n;
        isOver = !isChunked && left == 0;
        return n;
    }

    private void nextChunk() throws IOException {
        if (!isFirstChunk && !line(2).isEmpty()) {
            throw new BadRequestException(400, "a chunk longer than it says");
        }
        isFirstChunk = false;
        String size = line(MAX_CHUNK_LINE);
        int semicolon = size.indexOf(';');
        String hex = semicolon < 0 ? size : size.substring(0, semicolon).stripTrailing();
        if (!hex.matches("[0-9a-fA-F]{1,15}")) {
            throw new BadRequestException(400, "a chunk without its size");
        }
        left = Long.parseLong(hex, 16);
        if (left == 0) {
            int room = MAX_TRAILERS;
            for (String trailer = line(room); !trailer.isEmpty(); trailer = line(room)) {
                room -= trailer.length() + 2;
            }
            isOver = true;
        }
    }

    /** Up to CR LF and nothing less: what one reader takes for an end and another does not is how requests hide. */
    private String line(int room) throws IOException {
        var text = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException();
            }
            if (c == '\r') {
                if (in.read() != '\n') {
                    throw new BadRequestException(400, "a bare carriage return between chunks");
                }
                return text.toString();
            }
            if (c == '\n' || c == 0) {
                throw new BadRequestException(400, "a bare line feed between chunks");
            }
            if (text.length() >= room) {
                throw new BadRequestException(400, "a chunk's size or trailer of more than " + room + " bytes");
            }
            text.append((char) c);
        }
    }
}
