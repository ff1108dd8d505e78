package io.espalier.metrics;

import io.espalier.metrics.ingest.Intake;
import io.espalier.metrics.ingest.Networks;
import io.espalier.metrics.ingest.Protocol;
import io.espalier.metrics.ingest.Receivers;
import io.espalier.metrics.ingest.Senders;
import io.espalier.metrics.ingest.TcpReceiver;
import io.espalier.metrics.ingest.UdpReceiver;
import io.espalier.metrics.live.Feeds;
import io.espalier.metrics.pipe.LogFormat;
import io.espalier.metrics.pipe.PipeSet;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.metrics.web.TreeWeb;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A tree with all its doors open. */
public final class TreeServer implements AutoCloseable {
    private static final Duration HOUSEKEEPING = Duration.ofSeconds(1);

    /**
     * Where it listens; port 0 takes a free one, a negative one leaves that door shut.
     *
     * @param listen   address of all doors
     * @param http     port of pages and URLs
     * @param push     port of lines, TCP and UDP
     * @param graphite port of Graphite's plaintext
     * @param allowed  who may push over TCP and UDP
     * @param format   of access log lines; empty: found by looking
     */
    public record Doors(
            String listen, int http, int push, int graphite, Networks allowed, Optional<LogFormat> format) {}

    private final MetricTree tree;
    private final TreeWeb web;
    private final TcpReceiver tcp;
    private final UdpReceiver udp;
    private final Optional<TcpReceiver> graphite;
    private final PipeSet pipes;
    private final Receivers receivers;
    private final ScheduledExecutorService ticker = Executors.newScheduledThreadPool(
            1, work -> Thread.ofPlatform().daemon().name("tree ticker").unstarted(work));

    public TreeServer(TreeSettings settings, Doors doors, Clock clock) throws IOException {
        this(settings, doors, Senders.NONE, clock);
    }

    public TreeServer(TreeSettings settings, Doors doors, Senders senders, Clock clock) throws IOException {
        tree = new MetricTree(settings, clock);
        var queries = new Queries(tree, Budget.USUAL);
        var feeds = new Feeds(tree, queries, clock.millis());
        pipes = PipeSet.of(senders.pipes(), senders.geo(), tree::merge);
        var intake = new Intake(tree, doors.format, pipes);
        tcp = new TcpReceiver(at(doors, doors.push), Protocol.JSON_OR_LOG, intake, doors.allowed);
        udp = new UdpReceiver(at(doors, doors.push == 0 ? tcp.port() : doors.push), Protocol.JSON_OR_LOG, intake, doors.allowed);
        graphite = doors.graphite < 0
                ? Optional.empty()
                : Optional.of(
                        new TcpReceiver(at(doors, doors.graphite), Protocol.GRAPHITE, intake, doors.allowed));
        receivers = new Receivers(doors.listen, senders, intake, doors.allowed);
        web = new TreeWeb(at(doors, doors.http), tree, queries, intake, feeds);
        every(Feeds.TICK, feeds::tick);
        every(HOUSEKEEPING, () -> {
            tree.reportSelf();
            tree.sweep();
            feeds.forgetUnused();
        });
        every(Duration.ofMinutes(1), tree::rotateGrowth);
    }

    private static InetSocketAddress at(Doors doors, int port) {
        return new InetSocketAddress(doors.listen, port);
    }

    private void every(Duration step, Runnable work) {
        var _ = ticker.scheduleWithFixedDelay(
                () -> {
                    try {
                        work.run();
                    } catch (RuntimeException e) {
                        // The next round may well succeed, and a ticker that stops would freeze every page.
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

    @Override
    public void close() throws IOException {
        ticker.shutdownNow();
        receivers.close();
        tcp.close();
        udp.close();
        if (graphite.isPresent()) {
            graphite.get().close();
        }
        pipes.close();
        web.close();
    }
}
