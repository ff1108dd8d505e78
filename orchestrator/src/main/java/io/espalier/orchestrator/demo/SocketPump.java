package io.espalier.orchestrator.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A Unix socket and the copying between it and a pair of streams. */
final class SocketPump implements AutoCloseable {

    private final SocketChannel socket;

    private SocketPump(SocketChannel socket) {
        this.socket = socket;
    }

    static SocketPump connect(Path path) throws IOException {
        var socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.connect(UnixDomainSocketAddress.of(path));
            return new SocketPump(socket);
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Copies what the socket says until it ends, flushing each piece. */
    void copyTo(OutputStream out) throws IOException {
        var in = Channels.newInputStream(socket);
        byte[] piece = new byte[32 << 10];
        for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
            out.write(piece, 0, length);
            out.flush();
        }
    }

    /** Copies to the socket until {@code in} ends, then says so. */
    void copyFrom(InputStream in) throws IOException {
        byte[] piece = new byte[32 << 10];
        for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
            write(piece, 0, length);
        }
        endOutput();
    }

    void write(byte[] bytes, int from, int length) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes, from, length);
        while (rest.hasRemaining()) {
            socket.write(rest);
        }
    }

    void endOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // nobody listens any more
        }
    }
}
