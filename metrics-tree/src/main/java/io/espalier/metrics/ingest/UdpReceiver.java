package io.espalier.metrics.ingest;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Takes datagrams of JSON or access log lines. What the kernel had to drop is counted below {@code ~tree}. */
public final class UdpReceiver implements AutoCloseable {
    private static final int IDLE_MILLIS = 50;
    private static final int KERNEL_BUFFER = 8 << 20;

    private final DatagramSocket socket;
    private final Intake intake;
    private final Networks allowed;
    private long kernelDrops;

    public UdpReceiver(InetSocketAddress address, Intake intake, Networks allowed) throws IOException {
        this.intake = intake;
        this.allowed = allowed;
        socket = new DatagramSocket(null);
        socket.setReceiveBufferSize(KERNEL_BUFFER);
        socket.setSoTimeout(IDLE_MILLIS);
        socket.bind(address);
        Thread.ofPlatform().daemon().name("udp " + socket.getLocalPort()).start(this::receive);
    }

    public int port() {
        return socket.getLocalPort();
    }

    private void receive() {
        var packet = new DatagramPacket(new byte[65_536], 65_536);
        var lines = new Intake.Lines(intake);
        long looked = System.nanoTime();
        while (!socket.isClosed()) {
            try {
                packet.setLength(packet.getData().length);
                socket.receive(packet);
                if (allowed.contains(packet.getAddress())) {
                    split(packet.getData(), packet.getOffset(), packet.getOffset() + packet.getLength(), lines);
                } else {
                    intake.tree()
                            .note(
                                    "drops,not-allowed",
                                    1,
                                    Optional.of(packet.getAddress().getHostAddress()));
                }
            } catch (SocketTimeoutException e) {
                lines.flush();
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    intake.tree().note("drops,udp", 1, Optional.of(String.valueOf(e.getMessage())));
                }
            }
            if (System.nanoTime() - looked > 1_000_000_000L) {
                looked = System.nanoTime();
                lines.flush();
                countKernelDrops();
            }
        }
    }

    private static void split(byte[] bytes, int from, int to, Intake.Lines lines) {
        int start = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                lines.line(bytes, start, i);
                start = i + 1;
            }
        }
        if (start < to) {
            lines.line(bytes, start, to);
        }
    }

    /** The last column of our line in /proc/net/udp (proc(5)); elsewhere there is nothing to read. */
    private void countKernelDrops() {
        String port = String.format(":%04X", socket.getLocalPort());
        long drops = 0;
        for (String file : new String[] {"/proc/net/udp", "/proc/net/udp6"}) {
            try {
                for (String line : Files.readAllLines(Path.of(file))) {
                    String[] columns = line.strip().split("\\s+", -1);
                    if (columns.length > 12 && columns[1].endsWith(port)) {
                        drops += Long.parseLong(columns[columns.length - 1]);
                    }
                }
            } catch (IOException | NumberFormatException e) {
                return;
            }
        }
        if (drops > kernelDrops) {
            intake.tree().note("drops,udp-kernel", drops - kernelDrops, Optional.empty());
            kernelDrops = drops;
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
