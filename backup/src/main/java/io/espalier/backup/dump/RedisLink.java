package io.espalier.backup.dump;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A connection to one Redis server as a replica that only wants its RDB file. It speaks the protocol itself because then
 * the announced length, or the end mark, is known; a file by redis-cli has only its own trailer.
 */
final class RedisLink implements AutoCloseable {
    private static final int CONNECT_MILLIS = 10_000;
    private static final int MARK = 40;
    private static final int LONGEST_LINE = 64 << 10;

    private final AutoCloseable connection;
    private final InputStream in;
    private final OutputStream out;
    private final Thread watch;
    private volatile long progress = System.nanoTime();
    private volatile boolean late;

    private RedisLink(AutoCloseable connection, InputStream in, OutputStream out, Duration idle) {
        this.connection = connection;
        this.in = new BufferedInputStream(in, 64 << 10);
        this.out = out;
        this.watch = Thread.ofVirtual().start(() -> closeWhenIdle(idle.toNanos()));
    }

    static RedisLink open(DumpSpec.Endpoint node, Duration idle) throws IOException {
        return switch (node) {
            case DumpSpec.Endpoint.Tcp tcp -> {
                var socket = new Socket();
                socket.connect(new InetSocketAddress(tcp.host(), tcp.port()), CONNECT_MILLIS);
                yield new RedisLink(socket, socket.getInputStream(), socket.getOutputStream(), idle);
            }
            case DumpSpec.Endpoint.Socket local -> {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                channel.connect(UnixDomainSocketAddress.of(local.path()));
                yield new RedisLink(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel), idle);
            }
        };
    }

    /** Blocking reads on a Unix socket have no time limit of their own. */
    private void closeWhenIdle(long idleNanos) {
        while (!Thread.interrupted()) {
            long left = progress + idleNanos - System.nanoTime();
            if (left <= 0) {
                late = true;
                closeConnection();
                return;
            }
            LockSupport.parkNanos(Math.min(left, 500_000_000L));
        }
    }

    void signIn(DumpSpec.Login login) {
        login.password()
                .ifPresentOrElse(
                        password -> demand(
                                login.user().isEmpty()
                                        ? List.of("AUTH", password.reveal())
                                        : List.of("AUTH", login.user(), password.reveal())),
                        () -> {});
    }

    private void demand(List<String> command) {
        try {
            String answer = ask(command);
            if (answer.startsWith("-")) {
                throw refused(answer);
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /** The lines of a section of INFO that have the form {@code name:value}. */
    Map<String, String> info(String section) throws IOException {
        send(List.of("INFO", section));
        String head = line();
        if (!head.startsWith("$")) {
            throw refused(head);
        }
        int length = Integer.parseInt(head.substring(1));
        if (length > LONGEST_LINE) {
            throw new IOException("INFO of " + length + " bytes");
        }
        byte[] answer = in.readNBytes(length + 2);
        if (answer.length < length + 2) {
            throw new EOFException("the server ended the connection");
        }
        String text = new String(answer, StandardCharsets.UTF_8);
        var values = new HashMap<String, String>();
        text.lines()
                .filter(line -> line.indexOf(':') > 0)
                .forEach(line ->
                        values.put(line.substring(0, line.indexOf(':')), line.substring(line.indexOf(':') + 1)));
        return values;
    }

    /** How the server delimits its file. */
    enum Delimiter {
        LENGTH,
        END_MARK
    }

    /** Copies the server's data set as an RDB file. */
    Delimiter copyRdb(OutputStream to) throws IOException {
        // Both are hints: older servers refuse them, and then send a file with its length.
        ask(List.of("REPLCONF", "capa", "eof"));
        ask(List.of("REPLCONF", "rdb-only", "1"));
        send(List.of("SYNC"));
        String head = line();
        while (head.isEmpty()) {
            head = line(); // the server forks, and says so every now and then
        }
        if (head.startsWith("$EOF:") && head.length() == 5 + MARK) {
            copyToMark(to, head.substring(5).getBytes(StandardCharsets.US_ASCII));
            return Delimiter.END_MARK;
        }
        if (head.matches("\\$\\d{1,18}")) {
            copy(to, Long.parseLong(head.substring(1)));
            return Delimiter.LENGTH;
        }
        throw refused(head);
    }

    private void copy(OutputStream to, long length) throws IOException {
        byte[] buffer = new byte[64 << 10];
        long left = length;
        while (left > 0) {
            int got = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            progress = System.nanoTime();
            if (got < 0) {
                throw cut();
            }
            to.write(buffer, 0, got);
            left -= got;
        }
    }

    /** The mark is random and follows the last byte; the server waits behind it. */
    private void copyToMark(OutputStream to, byte[] mark) throws IOException {
        byte[] buffer = new byte[64 << 10];
        int held = 0;
        while (true) {
            int got = in.read(buffer, held, buffer.length - held);
            progress = System.nanoTime();
            if (got < 0) {
                throw cut();
            }
            int filled = held + got;
            int tail = Math.max(0, filled - MARK);
            if (filled >= MARK && java.util.Arrays.equals(buffer, tail, filled, mark, 0, MARK)) {
                to.write(buffer, 0, tail);
                return;
            }
            to.write(buffer, 0, tail);
            held = filled - tail;
            System.arraycopy(buffer, tail, buffer, 0, held);
        }
    }

    private static DumpException cut() {
        return new DumpException(Reason.TRUNCATED, "the server ended the connection before the end of its RDB file");
    }

    private String ask(List<String> command) throws IOException {
        send(command);
        return line();
    }

    private void send(List<String> command) throws IOException {
        var text = new StringBuilder("*").append(command.size()).append("\r\n");
        for (String word : command) {
            text.append('$')
                    .append(word.getBytes(StandardCharsets.UTF_8).length)
                    .append("\r\n")
                    .append(word)
                    .append("\r\n");
        }
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private String line() throws IOException {
        var line = new java.io.ByteArrayOutputStream();
        while (true) {
            int c = in.read();
            progress = System.nanoTime();
            if (c < 0) {
                throw new EOFException("the server ended the connection");
            }
            if (c == '\n') {
                return line.toString(StandardCharsets.UTF_8).strip();
            }
            if (line.size() > LONGEST_LINE) {
                throw new IOException("a line without end");
            }
            line.write(c);
        }
    }

    static DumpException refused(String answer) {
        Reason reason = Words.reason(answer);
        return new DumpException(
                reason == Reason.TOOL_FAILED ? Reason.UNREACHABLE : reason, "the server answers: " + answer);
    }

    DumpException unreachable(IOException e) {
        return late || e instanceof SocketTimeoutException
                ? new DumpException(Reason.TIMED_OUT, "the server was silent for too long")
                : new DumpException(Reason.UNREACHABLE, String.valueOf(e.getMessage()));
    }

    private void closeConnection() {
        try {
            connection.close();
        } catch (Exception gone) {
            // nothing more is wanted from it
        }
    }

    @Override
    public void close() {
        watch.interrupt();
        closeConnection();
    }
}
