package io.espalier.httpdns.resolve;

import io.espalier.httpdns.resolve.ReplyCheck.Verdict;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * One question over TCP, on a connection of its own. Asked for only when UDP gave too little or something doubtful, so
 * that a connection kept open would mostly be found closed.
 */
final class TcpExchange {
    private TcpExchange() {}

    /** Waits until {@code deadline}, of {@link System#nanoTime}, however slowly the bytes drip. */
    static Verdict ask(InetSocketAddress upstream, Ask ask, long deadline) throws IOException {
        try (var socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(upstream, UdpExchange.millisTo(deadline));
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(2 + ask.bytes.length)
                            .putShort((short) ask.bytes.length)
                            .put(ask.bytes)
                            .array());
            var length = read(socket, 2, deadline);
            var body = read(socket, ((length[0] & 0xff) << 8) | (length[1] & 0xff), deadline);
            return ReplyCheck.judge(ask, body, true);
        }
    }

    private static byte[] read(Socket socket, int length, long deadline) throws IOException {
        var bytes = new byte[length];
        for (var have = 0; have < length; ) {
            socket.setSoTimeout(UdpExchange.millisTo(deadline));
            var more = socket.getInputStream().read(bytes, have, length - have);
            if (more < 0) {
                throw new EOFException("closed after " + have + " of " + length + " bytes");
            }
            have += more;
        }
        return bytes;
    }
}
