package io.espalier.metrics;

import io.espalier.metrics.disk.Checkpoints;
import io.espalier.metrics.disk.DataFolder;
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
import io.espalier.metrics.trend.ChunkStore;
import io.espalier.metrics.trend.Trend;
import io.espalier.metrics.trend.TrendStore;
import io.espalier.metrics.trend.VictoriaStore;
import io.espalier.metrics.views.Views;
import io.espalier.metrics.web.TreeWeb;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A tree with all its doors open. */
@SuppressWarnings("OperatorPrecedence")
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

    /**
     * What outlives the process.
     *
     * @param dir        where it is kept; empty: nothing is
     * @param checkpoint how often the tree is written there
     * @param history    leaves whose history is kept; 0: none
     * @param victoria   a VictoriaMetrics that keeps the history instead of {@code dir}
     */
    public record Keeping(Optional<Path> dir, Duration checkpoint, int history, Optional<URI> victoria) {
        public static final Keeping NOTHING =
                new Keeping(Optional.empty(), Duration.ofMinutes(1), 100_000, Optional.empty());

        public static Keeping in(Path dir) {
            return new Keeping(Optional.of(dir), NOTHING.checkpoint, NOTHING.history, NOTHING.victoria);
        }
    }

    private final MetricTree tree;
    private final Optional<DataFolder> folder;
    private final Optional<Checkpoints> checkpoints;
    private final Optional<Trend> trend;
    private final TreeWeb web;
    private final Optional<TcpReceiver> tcp;
    private final Optional<UdpReceiver> udp;
    private final Optional<TcpReceiver> graphite;
    private final PipeSet pipes;
    private final Receivers receivers;
    private final ScheduledExecutorService ticker = Executors.newScheduledThreadPool(
            1, work -> Thread.ofPlatform().daemon().name("tree ticker").unstarted(work));

    public TreeServer(TreeSettings settings, Doors doors, Clock clock) throws IOException {
        this(settings, doors, Senders.NONE, Keeping.NOTHING, clock);
    }

    /** Starts with the tree that {@code keeping} holds. */
    public TreeServer(TreeSettings settings, Doors doors, Senders senders, Keeping keeping, Clock clock)
            throws IOException {
        var opened = new ArrayDeque<AutoCloseable>();
        try {
            folder = keeping.dir.isPresent()
                    ? Optional.of(held(opened, DataFolder.open(keeping.dir.get())))
                    : Optional.empty();
            tree = folder.isPresent()
                    ? Checkpoints.restore(folder.get(), settings, clock)
                    : new MetricTree(settings, clock);
            var queries = new Queries(tree, Budget.USUAL);
            var feeds = new Feeds(tree, queries, clock.millis());
            pipes = held(opened, PipeSet.of(senders.pipes(), senders.geo(), tree::merge));
            var intake = new Intake(tree, doors.format, pipes);
            tcp = doors.push < 0
                    ? Optional.empty()
                    : Optional.of(held(
                            opened,
                            new TcpReceiver(at(doors, doors.push), Protocol.JSON_OR_LOG, intake, doors.allowed)));
            udp = doors.push < 0
                    ? Optional.empty()
                    : Optional.of(held(
                            opened,
                            new UdpReceiver(at(doors, pushPort()), Protocol.JSON_OR_LOG, intake, doors.allowed)));
            graphite = doors.graphite < 0
                    ? Optional.empty()
                    : Optional.of(held(
                            opened,
                            new TcpReceiver(at(doors, doors.graphite), Protocol.GRAPHITE, intake, doors.allowed)));
            receivers = held(opened, new Receivers(doors.listen, senders, intake, doors.allowed));
            trend = trend(keeping, clock);
            trend.ifPresent(opened::push);
            var views = new Views(folder.map(held -> held.file("views.json")));
            Optional<InetSocketAddress> http = doors.http < 0 ? Optional.empty() : Optional.of(at(doors, doors.http));
            web = held(opened, new TreeWeb(http, tree, queries, intake, feeds, trend, views));
            every(Feeds.TICK, feeds::tick);
            every(HOUSEKEEPING, () -> {
                tree.reportSelf();
                tree.sweep();
                feeds.forgetUnused();
            });
            every(Duration.ofMinutes(1), tree::rotateGrowth);
            trend.ifPresent(Trend::start);
            checkpoints = folder.map(held -> new Checkpoints(tree, held, keeping.checkpoint));
        } catch (IOException | RuntimeException e) {
            ticker.shutdownNow();
            release(opened, e);
            throw e;
        }
    }

    private static <T extends AutoCloseable> T held(Deque<AutoCloseable> opened, T one) {
        opened.push(one);
        return one;
    }

    /** Whoever tries again later must find ports and folder free. */
    private static void release(Deque<AutoCloseable> opened, Exception cause) {
        for (AutoCloseable one : opened) {
            try {
                one.close();
            } catch (Exception e) {
                cause.addSuppressed(e);
            }
        }
    }

    private Optional<Trend> trend(Keeping keeping, Clock clock) throws IOException {
        if (keeping.history == 0 || (keeping.victoria.isEmpty() && folder.isEmpty())) {
            return Optional.empty();
        }
        TrendStore store = keeping.victoria.isPresent()
                ? new VictoriaStore(keeping.victoria.get(), 10)
                : new ChunkStore(
                        folder.get().file("trend"),
                        complaint -> tree.note("drops,trend-damaged", 1, Optional.of(complaint)));
        return Optional.of(new Trend(tree, store, keeping.history, clock));
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

    /** The history, if there is one. */
    public Optional<Trend> trend() {
        return trend;
    }

    /** Negative if that door is shut. */
    public int httpPort() {
        return web.port();
    }

    /** Negative if that door is shut. */
    public int pushPort() {
        return tcp.map(TcpReceiver::port).orElse(-1);
    }

    /** Its URLs, for a server that has read the request already. */
    public TreeWeb web() {
        return web;
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
        if (tcp.isPresent()) {
            tcp.get().close();
        }
        if (udp.isPresent()) {
            udp.get().close();
        }
        if (graphite.isPresent()) {
            graphite.get().close();
        }
        pipes.close();
        web.close();
        trend.ifPresent(Trend::close);
        if (checkpoints.isPresent()) {
            checkpoints.get().close();
        }
        if (folder.isPresent()) {
            folder.get().close();
        }
    }
}
