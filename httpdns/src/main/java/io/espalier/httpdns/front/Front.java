package io.espalier.httpdns.front;

import io.espalier.httpdns.access.Callers;
import io.espalier.httpdns.access.MissLimit;
import io.espalier.httpdns.answer.Names;
import io.espalier.httpdns.dialect.Terms;
import io.espalier.httpdns.operate.Operations;
import io.espalier.httpdns.operate.Purge;
import io.espalier.httpdns.operate.Tallies;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The doors of HTTPDNS. Opens them when made; each event loop has a listening socket of its own, so that the kernel
 * spreads connections over them. On Linux with epoll, elsewhere with NIO and a single loop.
 */
public final class Front implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Front.class);
    private static final int BACKLOG = 4096;
    private static final Duration QUIET = Duration.ofSeconds(1);

    private final FrontSettings settings;
    private final Desk desk;
    private final Tallies tallies;
    private final Doorman doorman;
    private final @Nullable Certificates certificates;
    private final List<EventLoopGroup> groups = new ArrayList<>();
    private final List<Loop> loops = new ArrayList<>();
    private final List<Channel> doors = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final AtomicInteger generation = new AtomicInteger();
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.SERVING);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private final boolean isEpoll;
    private @Nullable Future<?> refreshing;

    /**
     * Opens the doors.
     *
     * @param names finds answers
     * @param purge forgets them
     * @throws IOException if an address cannot be listened on; it is named
     * @throws IllegalArgumentException if the certificate is no good
     */
    public Front(
            FrontSettings settings,
            Names names,
            Purge purge,
            Terms terms,
            Callers callers,
            MissLimit misses,
            Tallies tallies,
            Clock clock)
            throws IOException {
        this.settings = settings;
        this.tallies = tallies;
        certificates = settings.tls().map(Certificates::new).orElse(null);
        doorman = new Doorman(settings.limits(), address -> !callers.isPlain(address));
        var operations = new Operations(
                names,
                (name, isBelow) -> {
                    var gone = purge.purge(name, isBelow);
                    answersChanged();
                    return gone;
                },
                tallies,
                () -> phase.get() != Phase.SERVING,
                this::beginDrain,
                clock);
        desk = new Desk(
                names,
                terms,
                callers,
                misses,
                settings.subnets(),
                operations,
                settings.limits().waiting(),
                clock);
        tallies.watchWaiting(desk::waiting);
        isEpoll = Epoll.isAvailable();
        var count = isEpoll ? settings.loops() : 1;
        for (var i = 0; i < count; i++) {
            var group = new MultiThreadIoEventLoopGroup(
                    1,
                    new DefaultThreadFactory("httpdns-" + i, true),
                    isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
            groups.add(group);
            loops.add(new Loop(group.next(), tallies.open(), clock, generation::get));
        }
        try {
            for (var address : settings.listen()) {
                ports.add(listen(address, null));
            }
            for (var address : settings.listenTls()) {
                ports.add(listen(address, certificates));
            }
        } catch (IOException e) {
            close();
            throw e;
        }
        refreshing = certificates == null
                ? null
                : groups.getFirst().scheduleWithFixedDelay(certificates::refresh, 30, 30, TimeUnit.SECONDS);
    }

    private int listen(InetSocketAddress wanted, @Nullable Certificates tls) throws IOException {
        if (wanted.isUnresolved()) {
            throw new IOException("cannot listen on " + wanted.getHostString() + ": no such address");
        }
        var address = wanted;
        if (wanted.getPort() != 0 && !settings.isShared()) {
            // With SO_REUSEPORT a second server would share the port and half of the traffic without a word.
            try (var probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(wanted);
            } catch (IOException e) {
                throw new IOException("cannot listen on " + shown(wanted) + ": " + e.getMessage(), e);
            }
        }
        for (var i = 0; i < groups.size(); i++) {
            var loop = loops.get(i);
            var bootstrap = new ServerBootstrap()
                    .group(groups.get(i))
                    .channel(isEpoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                    .option(ChannelOption.SO_BACKLOG, BACKLOG)
                    .option(ChannelOption.SO_REUSEADDR, true)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                    .childHandler(new Accepted(desk, loop, settings.limits(), phase::get, doorman, tls));
            if (isEpoll) {
                bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
            }
            var bound = bootstrap.bind(address).awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw new IOException(
                        "cannot listen on " + shown(address) + ": "
                                + String.valueOf(bound.cause().getMessage()),
                        bound.cause());
            }
            doors.add(bound.channel());
            address = (InetSocketAddress) bound.channel().localAddress();
        }
        return address.getPort();
    }

    private static String shown(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    /** The ports that it listens on, plain ones first, in the order of the settings. */
    public List<Integer> ports() {
        return List.copyOf(ports);
    }

    /** Says that other answers are right from now on: a local zone has changed, a name was purged. */
    public void answersChanged() {
        generation.incrementAndGet();
    }

    public Tallies tallies() {
        return tallies;
    }

    /** Open connections. */
    public int connections() {
        return doorman.open();
    }

    /**
     * From now on {@code /health} answers 503, and each connection closes after its next reply, so that balancers and
     * SDKs go elsewhere of themselves.
     */
    public void beginDrain() {
        if (phase.compareAndSet(Phase.SERVING, Phase.LEAVING)) {
            LOG.atInfo().addKeyValue("connections", connections()).log("draining");
        }
    }

    /**
     * Leaves so that nobody notices: goes on answering for {@code grace} while balancers look away, then stops listening
     * and answers 503 on what connections are left, until they are gone or {@code rest} is over. Then closes.
     */
    public void drain(Duration grace, Duration rest) throws InterruptedException {
        beginDrain();
        awaitNoConnection(grace, QUIET);
        stopListening();
        phase.set(Phase.REFUSING);
        awaitNoConnection(rest, Duration.ZERO);
        LOG.atInfo().addKeyValue("connections", connections()).log("drained");
        close();
    }

    /**
     * Returns when there has been no connection for {@code quiet}, or after {@code limit}.
     *
     * @param quiet as long as new ones may come
     */
    private void awaitNoConnection(Duration limit, Duration quiet) throws InterruptedException {
        var now = System.nanoTime();
        var end = now + limit.toNanos();
        var lastSeen = now;
        while (now - end < 0 && now - lastSeen <= quiet.toNanos() && !closed.await(20, TimeUnit.MILLISECONDS)) {
            now = System.nanoTime();
            lastSeen = connections() > 0 ? now : lastSeen;
        }
    }

    private void stopListening() {
        for (var door : doors) {
            door.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        closed.countDown();
        if (refreshing != null) {
            refreshing.cancel(false);
        }
        stopListening();
        desk.close();
        for (var loop : loops) {
            loop.execute(loop::closeAll);
        }
        var ends = groups.stream()
                .map(group -> group.shutdownGracefully(0, 2, TimeUnit.SECONDS))
                .toList();
        ends.forEach(end -> end.awaitUninterruptibly(3, TimeUnit.SECONDS));
    }
}
