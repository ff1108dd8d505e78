package io.espalier.metrics.ingest;

import io.espalier.metrics.ingest.Frames.LostException;
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
import java.util.concurrent.locks.LockSupport;

/**
 * Takes messages of one protocol over TCP. A sender that is faster than the tree waits, since nothing more is
 * read from it; what it sent shows within {@link #IDLE_MILLIS}.
 */
public final class TcpReceiver implements AutoCloseable {
    private static final int IDLE_MILLIS = 50;
    private static final int CONNECTIONS = 1000;
    private static final long PAUSE_NANOS = 50_000_000;

    private final ServerSocket server;
    private final Intake intake;
    private final Networks allowed;
    private final Protocol protocol;
    private final Semaphore free = new Semaphore(CONNECTIONS);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    public TcpReceiver(InetSocketAddress address, Protocol protocol, Intake intake, Networks allowed)
            throws IOException {
        this.intake = intake;
        this.allowed = allowed;
        this.protocol = protocol;
        server = new ServerSocket();
        try {
            server.bind(address, 512);
        } catch (IOException e) {
            server.close();
            throw e;
        }
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
                    note("accept", String.valueOf(e.getMessage()));
                    // Out of file handles, most likely: to try again at once would only take processor time.
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private void refuse(Socket socket, String reason) throws IOException {
        note(reason, socket.getInetAddress().getHostAddress());
        socket.close();
    }

    private void note(String reason, String sample) {
        intake.tree().note("drops," + reason, 1, Optional.of(sample));
    }

    private void serve(Socket socket) {
        Sink sink = protocol.sink(intake);
        try (socket) {
            socket.setKeepAlive(true);
            read(socket, sink);
        } catch (IOException e) {
            if (!server.isClosed()) {
                note("connection-lost", String.valueOf(e.getMessage()));
            }
        } catch (LostException e) {
            note("bad-stream", String.valueOf(e.getMessage()));
        } finally {
            sink.flush();
            open.remove(socket);
            free.release();
        }
    }

    private void read(Socket socket, Sink sink) throws IOException, LostException {
        InputStream in = socket.getInputStream();
        var frames = new Frames(protocol.framing, Frames.SMALL, sample -> note("long-line", sample));
        boolean isFlushed = true;
        while (true) {
            int n;
            try {
                int room = frames.room();
                n = in.read(frames.buffer(), frames.end(), room);
            } catch (SocketTimeoutException e) {
                sink.flush();
                isFlushed = true;
                socket.setSoTimeout(0);
                continue;
            }
            if (n < 0) {
                break;
            }
            frames.filled(n);
            while (frames.next()) {
                sink.message(frames.buffer(), frames.from(), frames.to());
            }
            if (isFlushed) {
                // Only who has something to show is woken; the many idle ones sleep.
                isFlushed = false;
                socket.setSoTimeout(IDLE_MILLIS);
            }
        }
        if (frames.last()) {
            sink.message(frames.buffer(), frames.from(), frames.to());
        } else if (frames.pending() > 0) {
            note("cut-message", frames.pending() + " bytes of a message without its end");
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
