package io.espalier.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Sends GET requests over kept connections of the loopback, in one thread. With a rate it is an open loop: a request counts
 * from when it was due, also while no connection was free for it. Without one, every connection asks again at once.
 */
final class HttpLoop {

    /** How many were answered, how many of them badly, and how long they took. */
    static final class Result {
        private final long[] nanos;
        private final int bad;
        private final double seconds;

        private Result(long[] nanosAscending, int bad, double seconds) {
            this.nanos = nanosAscending;
            this.bad = bad;
            this.seconds = seconds;
        }

        int count() {
            return nanos.length;
        }

        int bad() {
            return bad;
        }

        double perSecond() {
            return nanos.length / seconds;
        }

        /** Milliseconds within which the share {@code of} of the requests was answered. */
        double quantile(double of) {
            return nanos.length == 0 ? Double.NaN : nanos[(int) Math.min(nanos.length - 1, nanos.length * of)] / 1e6;
        }
    }

    private static final byte[] LENGTH = "\r\ncontent-length: ".getBytes(StandardCharsets.US_ASCII);

    private final Selector selector;
    private final IntFunction<String> path;
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final ByteBuffer input = ByteBuffer.allocateDirect(1 << 16);
    private long[] nanos = new long[1 << 16];
    private int count;
    private int bad;
    private int sent;

    private HttpLoop(Selector selector, IntFunction<String> path) {
        this.selector = selector;
        this.path = path;
    }

    private static final class Connection {
        private final SocketChannel channel;
        private final byte[] answer = new byte[1 << 14];
        private int length;
        private long due;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /** @param perSecond 0 for as many as there can be */
    static Result run(int port, IntFunction<String> path, int connections, int perSecond, Duration time)
            throws IOException {
        try (Selector selector = Selector.open()) {
            var loop = new HttpLoop(selector, path);
            for (int i = 0; i < connections; i++) {
                var channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                var connection = new Connection(channel);
                channel.register(selector, SelectionKey.OP_READ, connection);
                loop.idle.add(connection);
            }
            try {
                return loop.run(perSecond, time);
            } finally {
                for (SelectionKey key : selector.keys()) {
                    key.channel().close();
                }
            }
        }
    }

    private Result run(int perSecond, Duration time) throws IOException {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        double interval = perSecond == 0 ? 0 : 1e9 / perSecond;
        long now = start;
        while (now < end) {
            while (!idle.isEmpty()) {
                long due = perSecond == 0 ? now : start + (long) (sent * interval);
                if (due > now) {
                    break;
                }
                send(idle.poll(), due);
            }
            if (perSecond == 0) {
                selector.select(1000);
            } else {
                selector.selectNow();
            }
            for (SelectionKey key : selector.selectedKeys()) {
                receive((Connection) key.attachment());
            }
            selector.selectedKeys().clear();
            now = System.nanoTime();
        }
        long[] all = Arrays.copyOf(nanos, count);
        Arrays.sort(all);
        return new Result(all, bad, (now - start) / 1e9);
    }

    private void send(Connection connection, long due) throws IOException {
        connection.due = due;
        connection.length = 0;
        var request = ByteBuffer.wrap(("GET " + path.apply(sent++) + " HTTP/1.1\r\nHost: bench.example\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        while (request.hasRemaining()) {
            connection.channel.write(request);
        }
    }

    private void receive(Connection connection) throws IOException {
        input.clear();
        int read = connection.channel.read(input);
        if (read < 0) {
            throw new IOException("a connection was closed");
        }
        input.flip();
        input.get(connection.answer, connection.length, read);
        connection.length += read;
        if (!isWhole(connection)) {
            return;
        }
        if (connection.answer[9] != '2') {
            bad++;
        }
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, count * 2);
        }
        nanos[count++] = System.nanoTime() - connection.due;
        idle.add(connection);
    }

    private static boolean isWhole(Connection connection) {
        byte[] answer = connection.answer;
        int body = -1;
        int content = 0;
        for (int i = 0; i + 3 < connection.length; i++) {
            if (answer[i] != '\r' || answer[i + 1] != '\n') {
                continue;
            }
            if (answer[i + 2] == '\r' && answer[i + 3] == '\n') {
                body = i + 4;
                break;
            }
            if (startsWith(answer, i, connection.length)) {
                content = 0;
                for (int k = i + LENGTH.length; answer[k] >= '0' && answer[k] <= '9'; k++) {
                    content = content * 10 + answer[k] - '0';
                }
            }
        }
        return body >= 0 && connection.length >= body + content;
    }

    private static boolean startsWith(byte[] answer, int at, int length) {
        if (at + LENGTH.length >= length) {
            return false;
        }
        for (int i = 0; i < LENGTH.length; i++) {
            if (Character.toLowerCase(answer[at + i]) != LENGTH[i]) {
                return false;
            }
        }
        return true;
    }
}
