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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.Random;

/**
 * HTTP/1.1 load from one thread over kept connections. Prints one line: requests a second, what the server's process paid
 * for each, and with a rate the latencies, each from when the request was due (no coordinated omission).
 *
 * <p>Arguments: port, process id of the server, targets (a file, one a line), connections, seconds, rate (0: as many as
 * it takes). Targets are chosen with Zipf's law, s = 1. Anything but status 200 ends it.
 */
final class HttpLoad {
    private static final int HIGHEST = 10_000_000;

    private static final class Connection {
        private final ByteBuffer in = ByteBuffer.allocate(16_384);
        private final SocketChannel channel;
        private long due;
        private boolean isBusy;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private final byte[][] requests;
    private final double[] weights;
    private final Random random = new Random(1);
    private final Deque<Connection> idle = new ArrayDeque<>();
    /** By microseconds; the last one is for all that took longer. */
    private final int[] latencies = new int[HIGHEST + 1];

    private long done;

    private HttpLoad(String[] targets) {
        requests = new byte[targets.length][];
        weights = new double[targets.length];
        var sum = 0.0;
        for (var i = 0; i < targets.length; i++) {
            requests[i] = ("GET " + targets[i] + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            sum += 1.0 / (i + 1);
            weights[i] = sum;
        }
    }

    public static void main(String[] args) throws IOException {
        var targets = Files.readAllLines(Path.of(args[2])).toArray(String[]::new);
        var load = new HttpLoad(targets);
        load.run(
                Integer.parseInt(args[0]),
                Long.parseLong(args[1]),
                Integer.parseInt(args[3]),
                Double.parseDouble(args[4]),
                Integer.parseInt(args[5]));
    }

    private void run(int port, long pid, int connections, double seconds, int rate) throws IOException {
        try (var selector = Selector.open()) {
            for (var i = 0; i < connections; i++) {
                var channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                var connection = new Connection(channel);
                channel.register(selector, SelectionKey.OP_READ, connection);
                idle.add(connection);
            }
            var cpu = processorTime(pid);
            var start = System.nanoTime();
            var end = start + (long) (seconds * 1e9);
            var sent = 0L;
            var now = start;
            while (now < end || done < sent) {
                if (rate == 0) {
                    while (now < end && !idle.isEmpty()) {
                        send(idle.poll(), now);
                        sent++;
                    }
                } else {
                    while (now < end && start + (long) (sent * 1e9 / rate) <= now && !idle.isEmpty()) {
                        send(idle.poll(), start + (long) (sent * 1e9 / rate));
                        sent++;
                    }
                }
                if (rate == 0) {
                    selector.select(this::read, 1000);
                } else {
                    selector.selectNow(this::read);
                }
                now = System.nanoTime();
                if (now > end + 5_000_000_000L) {
                    throw new IOException(sent - done + " requests were not answered");
                }
            }
            var elapsed = (now - start) / 1e9;
            var line = String.format(
                    Locale.ROOT, "rps=%.0f us_cpu=%.2f", done / elapsed, (processorTime(pid) - cpu) * 10_000.0 / done);
            System.out.println(rate == 0 ? line : line + latencies());
        }
    }

    private void send(Connection connection, long due) throws IOException {
        var at = Arrays.binarySearch(weights, random.nextDouble() * weights[weights.length - 1]);
        var request = ByteBuffer.wrap(requests[Math.min(at < 0 ? -at - 1 : at, requests.length - 1)]);
        connection.due = due;
        connection.isBusy = true;
        while (request.hasRemaining()) {
            connection.channel.write(request);
        }
    }

    private void read(SelectionKey key) {
        var connection = (Connection) key.attachment();
        try {
            if (connection.channel.read(connection.in) < 0) {
                throw new IOException("the server closed a connection");
            }
            if (connection.isBusy && isWhole(connection.in)) {
                connection.in.clear();
                connection.isBusy = false;
                done++;
                latencies[(int) Math.min(HIGHEST, (System.nanoTime() - connection.due) / 1000)]++;
                idle.add(connection);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean isWhole(ByteBuffer in) throws IOException {
        var length = in.position();
        var bytes = new byte[length];
        in.get(0, bytes);
        if (length > 12 && (bytes[9] != '2' || bytes[10] != '0' || bytes[11] != '0')) {
            throw new IOException(new String(bytes, 0, length, StandardCharsets.US_ASCII));
        }
        var body = -1;
        for (var i = 3; i < length; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
                body = i + 1;
                break;
            }
        }
        if (body < 0) {
            return false;
        }
        var head = new String(bytes, 0, body, StandardCharsets.US_ASCII);
        var at = head.indexOf("Content-Length: ") + 16;
        return length >= body + Integer.parseInt(head, at, head.indexOf('\r', at), 10);
    }

    private String latencies() {
        return String.format(
                Locale.ROOT,
                " p50=%d p99=%d p999=%d max=%d",
                quantile(0.5),
                quantile(0.99),
                quantile(0.999),
                quantile(1));
    }

    private int quantile(double share) {
        var left = (long) Math.ceil(done * share);
        for (var i = 0; i < latencies.length; i++) {
            left -= latencies[i];
            if (left <= 0) {
                return i;
            }
        }
        return HIGHEST;
    }

    /** Of all its threads, in hundredths of a second. */
    private static long processorTime(long pid) throws IOException {
        var stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
