package io.espalier.httpdns.resolve;

import io.espalier.httpdns.resolve.ReplyCheck.Verdict;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** One question over UDP: a socket of its own, on a random port, that hears nobody but the upstream. */
final class UdpExchange {
    private static final int FIRST_PORT = 10_240;
    private static final int PORT_TRIES = 16;
    private static final int LARGEST = 4096;
    /** More noise than this in one exchange is an attack: the rest is not worth reading. */
    private static final int PACKETS = 64;

    private UdpExchange() {}

    /**
     * The first that is not noise. Waits until {@code deadline}, of {@link System#nanoTime}.
     *
     * @throws SocketTimeoutException if nothing came
     */
    static Verdict ask(InetSocketAddress upstream, Ask ask, long deadline, SecureRandom random) throws IOException {
        try (var socket = onRandomPort(random)) {
            socket.connect(upstream);
            socket.send(new DatagramPacket(ask.bytes, ask.bytes.length));
            var packet = new DatagramPacket(new byte[LARGEST], LARGEST);
            for (var i = 0; i < PACKETS; i++) {
                socket.setSoTimeout(millisTo(deadline));
                packet.setLength(LARGEST);
                socket.receive(packet);
                var verdict = ReplyCheck.judge(ask, Arrays.copyOf(packet.getData(), packet.getLength()), false);
                if (!(verdict instanceof Verdict.Noise)) {
                    return verdict;
                }
            }
            return new Verdict.NearMiss("nothing but noise", false);
        }
    }

    /** The kernel's own choice is from half as many ports. */
    private static DatagramSocket onRandomPort(SecureRandom random) throws IOException {
        for (var i = 0; i < PORT_TRIES; i++) {
            try {
                return new DatagramSocket(FIRST_PORT + random.nextInt(65_536 - FIRST_PORT));
            } catch (BindException e) {
                // taken: another
            }
        }
        return new DatagramSocket();
    }

    /** At least 1: 0 would mean to wait for ever. */
    static int millisTo(long deadline) throws SocketTimeoutException {
        var left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new SocketTimeoutException("no time left");
        }
        return Math.clamp(TimeUnit.NANOSECONDS.toMillis(left), 1, 60_000);
    }
}
