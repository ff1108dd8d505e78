package io.espalier.metrics.ingest;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** All doors of {@link Senders}, opened together and closed together. */
public final class Receivers implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Map<String, Integer> ports = new LinkedHashMap<>();

    /** @throws IOException naming the door that cannot be opened; none is open then */
    public Receivers(String listen, Senders senders, Intake intake, Networks allowed) throws IOException {
        try {
            door("pickle", Protocol.PICKLE, listen, senders.pickle(), intake, allowed);
            door("statsd", Protocol.STATSD, listen, senders.statsd(), intake, allowed);
            door("syslog", Protocol.SYSLOG, listen, senders.syslog(), intake, allowed);
            if (!senders.tails().isEmpty()) {
                writable(senders.state());
            }
            for (Path file : senders.tails()) {
                open.push(new Tail(file, senders.state(), intake));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Better no start than positions that cannot be kept. */
    private static void writable(Path folder) throws IOException {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new IOException("--state " + folder + ": cannot be made: " + e, e);
        }
        if (!Files.isWritable(folder)) {
            throw new IOException("--state " + folder + ": cannot be written");
        }
    }

    private void door(String name, Protocol protocol, String listen, int port, Intake intake, Networks allowed)
            throws IOException {
        if (port < 0) {
            return;
        }
        try {
            var tcp = new TcpReceiver(new InetSocketAddress(listen, port), protocol, intake, allowed);
            open.push(tcp);
            if (protocol != Protocol.PICKLE) {
                open.push(new UdpReceiver(new InetSocketAddress(listen, tcp.port()), protocol, intake, allowed));
            }
            ports.put(name, tcp.port());
        } catch (IOException e) {
            throw new IOException("--" + name + "-port " + port + ": " + e.getMessage() + " (another, or -1: off)", e);
        }
    }

    /** By name, such as {@code syslog}. */
    public Map<String, Integer> ports() {
        return Collections.unmodifiableMap(ports);
    }

    @Override
    public void close() throws IOException {
        IOException failed = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (IOException e) {
                failed = e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
