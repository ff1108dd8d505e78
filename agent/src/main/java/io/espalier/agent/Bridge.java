package io.espalier.agent;

import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/**
 * Joins stdin and stdout to the agent's socket, for hosts whose sshd forwards no Unix sockets. Understands nothing of
 * what passes.
 */
final class Bridge {

    private static final int BUFFER = 64 << 10;

    private Bridge() {}

    /**
     * Copies both ways until the agent closes.
     *
     * @throws IOException if there is no agent
     */
    static void run(Path socket, InputStream in, WritableByteChannel out) throws IOException {
        try (SocketChannel agent = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            var upwards = new Thread(() -> copyUpwards(in, agent), "upwards");
            upwards.setDaemon(true);
            upwards.start();
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
            while (agent.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    out.write(buffer);
                }
                buffer.clear();
            }
        }
    }

    private static void copyUpwards(InputStream in, SocketChannel agent) {
        byte[] buffer = new byte[BUFFER];
        try {
            int length;
            while ((length = in.read(buffer)) >= 0) {
                ByteBuffer piece = ByteBuffer.wrap(buffer, 0, length);
                while (piece.hasRemaining()) {
                    agent.write(piece);
                }
            }
            agent.shutdownOutput();
        } catch (IOException e) {
            return; // the other direction ends too
        }
    }
}
