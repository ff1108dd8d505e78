package io.espalier.metrics.ingest;

import io.espalier.metrics.pipe.AccessLog;
import io.espalier.metrics.tree.Batch;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Takes lines over TCP: JSON objects and access log lines, or Graphite's plaintext. A sender that is faster than
 * the tree waits, since nothing more is read from it; what it sent shows within {@link #IDLE_MILLIS}.
 */
public final class TcpReceiver implements AutoCloseable {
    /** What the lines are. */
    public enum Kind {
        JSON_OR_LOG,
        GRAPHITE
    }

    private static final int IDLE_MILLIS = 50;
    private static final int CONNECTIONS = 1000;
    private static final int BUFFER = 65_536 * 2;

    private final ServerSocket server;
    private final Intake intake;
    private final Networks allowed;
    private final Kind kind;
    private final Semaphore free = new Semaphore(CONNECTIONS);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    public TcpReceiver(InetSocketAddress address, Kind kind, Intake intake, Networks allowed) throws IOException {
        this.intake = intake;
        this.allowed = allowed;
        this.kind = kind;
        server = new ServerSocket();
        server.bind(address, 512);
        Thread.ofVirtual().name("tcp " + server.getLocalPort()).start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                if (!allowed.contains(socket.getInetAddress())) {
                    refuse(socket, "not-allowed");
                } else if (!free.tryAcquire()) {
                    refuse(socket, "connections");
                } else {
                    open.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (IOException e) {
                if (!server.isClosed()) {
                    intake.tree().note("drops,accept", 1, Optional.of(String.valueOf(e.getMessage())));
                }
            }
        }
    }

    private void refuse(Socket socket, String reason) throws IOException {
        intake.tree()
                .note("drops," + reason, 1, Optional.of(socket.getInetAddress().getHostAddress()));
        socket.close();
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setSoTimeout(IDLE_MILLIS);
            if (kind == Kind.GRAPHITE) {
                var batch = new Batch();
                read(socket.getInputStream(), new Sink() {
                    @Override
                    public void line(byte[] bytes, int from, int to) {
                        if (to > from && !intake.graphite(bytes, from, to, batch)) {
                            intake.tree().note("drops,bad-graphite", 1, Optional.of(AccessLog.sample(bytes, from, to)));
                        }
                        if (batch.leaves() >= 1000) {
                            flush();
                        }
                    }

                    @Override
                    public void flush() {
                        intake.tree().merge(batch);
                        batch.clear();
                    }
                });
            } else {
                var lines = new Intake.Lines(intake);
                read(socket.getInputStream(), new Sink() {
                    @Override
                    public void line(byte[] bytes, int from, int to) {
                        lines.line(bytes, from, to);
                    }

                    @Override
                    public void flush() {
                        lines.flush();
                    }
                });
            }
        } catch (IOException e) {
            intake.tree().note("drops,connection-lost", 1, Optional.of(String.valueOf(e.getMessage())));
        } finally {
            open.remove(socket);
            free.release();
        }
    }

    private interface Sink {
        void line(byte[] bytes, int from, int to);

        void flush();
    }

    private void read(InputStream in, Sink sink) throws IOException {
        byte[] buffer = new byte[BUFFER];
        int held = 0;
        boolean isSkipping = false;
        boolean isFlushed = true;
        try {
            while (true) {
                int n;
                try {
                    n = in.read(buffer, held, buffer.length - held);
                } catch (SocketTimeoutException e) {
                    if (!isFlushed) {
                        sink.flush();
                        isFlushed = true;
                    }
                    continue;
                }
                if (n < 0) {
                    break;
                }
                isFlushed = false;
                int start = 0;
                for (int i = held; i < held + n; i++) {
                    if (buffer[i] == '\n') {
                        if (!isSkipping) {
                            sink.line(buffer, start, i);
                        }
                        isSkipping = false;
                        start = i + 1;
                    }
                }
                held = held + n - start;
                if (held == buffer.length) {
                    if (!isSkipping) {
                        intake.tree().note("drops,long-line", 1, Optional.of(AccessLog.sample(buffer, 0, held)));
                    }
                    isSkipping = true;
                    held = 0;
                } else {
                    System.arraycopy(buffer, start, buffer, 0, held);
                }
            }
            if (held > 0 && !isSkipping) {
                sink.line(buffer, 0, held);
            }
        } finally {
            sink.flush();
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
