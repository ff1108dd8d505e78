package io.espalier.orchestrator.source.git;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Stands before a server on this machine and keeps what passes, byte for byte. */
final class RecordingProxy implements AutoCloseable {

    private final ServerSocket listener;
    private final int target;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    RecordingProxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** All that clients sent, in the order in which it came. */
    String sent() {
        synchronized (sent) {
            return sent.toString(StandardCharsets.ISO_8859_1);
        }
    }

    int receivedBytes() {
        synchronized (received) {
            return received.size();
        }
    }

    void clear() {
        synchronized (sent) {
            sent.reset();
        }
        synchronized (received) {
            received.reset();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                Thread.ofVirtual().start(() -> copy(client, server, sent));
                Thread.ofVirtual().start(() -> copy(server, client, received));
            } catch (IOException _) {
                return;
            }
        }
    }

    private static void copy(Socket from, Socket to, ByteArrayOutputStream record) {
        try (from;
                to;
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                synchronized (record) {
                    record.write(buffer, 0, count);
                }
                out.write(buffer, 0, count);
            }
        } catch (IOException _) {
            // The other side hung up
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
