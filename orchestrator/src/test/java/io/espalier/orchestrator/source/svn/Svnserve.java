package io.espalier.orchestrator.source.svn;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Starts the real {@code svnserve} for each connection, as inetd would, and counts what goes to and fro. */
final class Svnserve implements AutoCloseable {

    private final ServerSocket listener;
    private final Path root;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong sent = new AtomicLong();

    Svnserve(Path root) throws IOException {
        this.root = root;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("svnserve").start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    /** Bytes that clients sent. */
    long sent() {
        return sent.get();
    }

    /** As a restart of the server, or a firewall that forgets, would. */
    void cutAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                sockets.add(socket);
                Process process = new ProcessBuilder("svnserve", "-i", "-r", root.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                Thread.ofVirtual().start(() -> serve(socket, process));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void serve(Socket socket, Process process) {
        try (socket;
                InputStream fromClient = socket.getInputStream();
                OutputStream toClient = socket.getOutputStream();
                InputStream fromServer = process.getInputStream();
                OutputStream toServer = process.getOutputStream()) {
            Thread.ofVirtual().start(() -> copy(fromClient, toServer, sent));
            copy(fromServer, toClient, new AtomicLong());
        } catch (IOException _) {
            // The other side hung up
        } finally {
            process.destroyForcibly();
            sockets.remove(socket);
        }
    }

    private static void copy(InputStream in, OutputStream out, AtomicLong count) {
        byte[] buffer = new byte[16_384];
        try {
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                count.addAndGet(length);
                out.write(buffer, 0, length);
                out.flush();
            }
            out.close();
        } catch (IOException _) {
            // The other side hung up
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cutAll();
    }
}
