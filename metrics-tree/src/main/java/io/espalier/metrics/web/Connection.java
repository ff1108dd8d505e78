package io.espalier.metrics.web;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;

/** A client's connection, and until when what it does now may take. A watchdog closes it then. */
final class Connection {
    private static final int BUFFER = 16_384;
    private static final int PIECE = 65_536;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private volatile boolean isIdle;
    private volatile long deadline = Long.MAX_VALUE;

    Connection(Socket socket, Duration write) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        out = new BufferedOutputStream(new Limited(socket.getOutputStream(), write), BUFFER);
    }

    InputStream in() {
        return in;
    }

    OutputStream out() {
        return out;
    }

    /** From now on it has so long. */
    void limit(Duration time) {
        limitAt(System.nanoTime() + time.toNanos());
    }

    void limitAt(long nanoTime) {
        isIdle = false;
        deadline = nanoTime;
    }

    /** It need not say anything, but not for ever. */
    void idle(Duration time) {
        limit(time);
        isIdle = true;
    }

    boolean isIdle() {
        return isIdle;
    }

    /** The client has nothing to do now. */
    void unlimited() {
        deadline = Long.MAX_VALUE;
    }

    boolean isLate(long now) {
        long limit = deadline;
        return limit != Long.MAX_VALUE && now - limit > 0;
    }

    String peer() {
        return String.valueOf(socket.getInetAddress());
    }

    /** So that the client can read the answer before it hears that nobody reads on. */
    void endOutput() throws IOException {
        out.flush();
        socket.shutdownOutput();
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nobody is left to be told.
            return;
        }
    }

    /** Each piece has its time: a client that reads nothing must not hold us for ever. */
    private final class Limited extends OutputStream {
        private final OutputStream inner;
        private final Duration write;

        Limited(OutputStream inner, Duration write) {
            this.inner = inner;
            this.write = write;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int at = offset; at < offset + length; at += PIECE) {
                limit(write);
                inner.write(bytes, at, Math.min(PIECE, offset + length - at));
            }
            unlimited();
        }

        @Override
        public void flush() throws IOException {
            inner.flush();
        }
    }
}
