package io.espalier.metrics.ingest;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Optional;

/** Takes datagrams of one protocol. What the kernel had to drop is counted below {@code ~tree}. */
public final class UdpReceiver implements AutoCloseable {
    private static final int IDLE_MILLIS = 50;
    private static final int KERNEL_BUFFER = 8 << 20;
    private static final long LOOK_NANOS = 1_000_000_000;

    private final DatagramSocket socket;
    private final Protocol protocol;
    private final Intake intake;
    private final Networks allowed;
    private final KernelDrops kernelDrops;

    public UdpReceiver(InetSocketAddress address, Protocol protocol, Intake intake, Networks allowed)
            throws IOException {
        this.protocol = protocol;
        this.intake = intake;
        this.allowed = allowed;
        socket = new DatagramSocket(null);
        try {
            socket.setReceiveBufferSize(KERNEL_BUFFER);
            socket.setSoTimeout(IDLE_MILLIS);
            socket.bind(address);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        kernelDrops = new KernelDrops(socket.getLocalPort());
        Thread.ofPlatform().daemon().name("udp " + socket.getLocalPort()).start(this::receive);
    }

    public int port() {
        return socket.getLocalPort();
    }

    private void receive() {
        var packet = new DatagramPacket(new byte[65_536], 65_536);
        Sink sink = protocol.sink(intake);
        long looked = System.nanoTime();
        while (!socket.isClosed()) {
            try {
                packet.setLength(packet.getData().length);
                socket.receive(packet);
                if (allowed.contains(packet.getAddress())) {
                    sink.datagram(packet.getData(), packet.getOffset(), packet.getOffset() + packet.getLength());
                } else {
                    note("not-allowed", 1, Optional.of(packet.getAddress().getHostAddress()));
                }
            } catch (SocketTimeoutException e) {
                sink.flush();
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    note("udp", 1, Optional.of(String.valueOf(e.getMessage())));
                }
            }
            if (System.nanoTime() - looked > LOOK_NANOS) {
                looked = System.nanoTime();
                sink.flush();
                long drops = kernelDrops.since();
                if (drops > 0) {
                    note("udp-kernel", drops, Optional.of("port " + socket.getLocalPort()));
                }
            }
        }
        sink.flush();
    }

    private void note(String reason, long count, Optional<String> sample) {
        intake.tree().note("drops," + reason, count, sample);
    }

    @Override
    public void close() {
        socket.close();
    }
}
