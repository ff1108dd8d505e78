package io.espalier.metrics;

import io.espalier.metrics.disk.DataFolder;
import io.espalier.metrics.ingest.Intake;
import io.espalier.metrics.ingest.Protocol;
import io.espalier.metrics.ingest.Receivers;
import io.espalier.metrics.ingest.Senders;
import io.espalier.metrics.ingest.TcpReceiver;
import io.espalier.metrics.ingest.UdpReceiver;
import io.espalier.metrics.pipe.PipeSet;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.relay.Relay;
import io.espalier.metrics.relay.RelayConf;
import io.espalier.metrics.rules.Rules;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.metrics.web.RelayWeb;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A relay with all its doors open. */
public final class RelayServer implements AutoCloseable {
    private static final Duration HOUSEKEEPING = Duration.ofSeconds(1);

    private final MetricTree tree;
    private final Relay relay;
    private final RelayWeb web;
    private final TcpReceiver tcp;
    private final Optional<TcpReceiver> graphite;
    private final Receivers receivers;
    /** What is open, the last one first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /**
     * @param dir      where what is not sent yet is kept; one process at a time
     * @param interval in which what came in is put together
     * @throws IOException if a door cannot be opened; none is open then
     */
    public RelayServer(
            TreeSettings settings,
            Optional<Rules> rules,
            TreeServer.Doors doors,
            Senders senders,
            RelayConf conf,
            Path dir,
            Duration interval,
            Clock clock)
            throws IOException {
        try {
            open.push(DataFolder.open(dir));
            tree = new MetricTree(settings, clock);
            relay = opened(Relay.start(tree, conf, dir.resolve("spool"), interval));
            rules.ifPresent(held -> held.apply(tree, settings.root()));
            PipeSet pipes = opened(PipeSet.of(senders.pipes(), senders.geo(), tree::merge));
            var intake = new Intake(tree, doors.format(), pipes, relay::settle);
            web = opened(new RelayWeb(at(doors, doors.http()), tree, new Queries(tree, Budget.USUAL), intake, relay));
            tcp = opened(new TcpReceiver(at(doors, doors.push()), Protocol.JSON_OR_LOG, intake, doors.allowed()));
            opened(new UdpReceiver(
                    at(doors, doors.push() == 0 ? tcp.port() : doors.push()),
                    Protocol.JSON_OR_LOG,
                    intake,
                    doors.allowed()));
            graphite = doors.graphite() < 0
                    ? Optional.empty()
                    : Optional.of(opened(
                            new TcpReceiver(at(doors, doors.graphite()), Protocol.GRAPHITE, intake, doors.allowed())));
            receivers = opened(new Receivers(doors.listen(), senders, intake, doors.allowed()));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        ScheduledExecutorService ticker = Executors.newScheduledThreadPool(
                1, work -> Thread.ofPlatform().daemon().name("relay ticker").unstarted(work));
        open.push(ticker::shutdownNow);
        every(ticker, HOUSEKEEPING, () -> {
            relay.reportSelf();
            tree.reportSelf();
            tree.sweep();
        });
        every(ticker, Duration.ofMinutes(1), tree::rotateGrowth);
    }

    private <T extends AutoCloseable> T opened(T what) {
        open.push(what);
        return what;
    }

    private static InetSocketAddress at(TreeServer.Doors doors, int port) {
        return new InetSocketAddress(doors.listen(), port);
    }

    private void every(ScheduledExecutorService ticker, Duration step, Runnable work) {
        var _ = ticker.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        // The next round may well succeed.
                        tree.note("drops,tick", 1, Optional.of(e.toString()));
                    }
                },
                step.toMillis(),
                step.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    public MetricTree tree() {
        return tree;
    }

    public int httpPort() {
        return web.port();
    }

    public int pushPort() {
        return tcp.port();
    }

    public Optional<Integer> graphitePort() {
        return graphite.map(TcpReceiver::port);
    }

    /** The doors for senders of other programs. */
    public Receivers receivers() {
        return receivers;
    }

    /** Takes no more, and writes what it has to the disk. */
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
