package io.espalier.orchestrator.dns;

import io.espalier.httpdns.HttpDns;
import io.espalier.httpdns.HttpDnsSettings;
import io.espalier.httpdns.zone.ZoneContent;
import io.espalier.metrics.tree.Batch;
import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.host.HostRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTPDNS server of this process. It opens after everything else, on a thread of its own, and an address that is taken
 * is tried again: nothing else waits for it or fails with it. Its zone follows the fleet within a quarter of a second.
 */
public final class FleetDns implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FleetDns.class);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration FIGURES = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration END = Duration.ofSeconds(5);

    private final boolean enabled;
    private final HttpDnsSettings settings;
    private final Optional<String> givenZone;
    private final Duration ttl;
    private final Supplier<Optional<Fleet>> fleet;
    private final HostRegistry registry;
    private final Consumer<Batch> tree;
    private final Clock clock;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("fleet-dns").unstarted(this::run);
    private volatile DnsState state;
    private volatile @Nullable HttpDns server;
    private volatile Optional<String> zone;
    private @Nullable Fleet shownFleet;
    private long shownChanges = -1;
    private long version;

    /**
     * @param fleet of the revision that is wanted now; the same object until it changes
     * @param tree is given the server's figures every 10 s; must not wait
     * @throws IllegalArgumentException if the properties make no sense
     */
    public FleetDns(
            DnsProperties properties,
            Supplier<Optional<Fleet>> fleet,
            HostRegistry registry,
            Consumer<Batch> tree,
            Clock clock) {
        this.enabled = properties.enabled();
        this.settings = properties.settings();
        this.givenZone = properties.givenZone();
        this.zone = givenZone;
        this.ttl = properties.ttl();
        this.fleet = fleet;
        this.registry = registry;
        this.tree = tree;
        this.clock = clock;
        this.state = enabled ? new DnsState.Starting() : new DnsState.Off();
    }

    /** Begins; returns at once. */
    public void start() {
        if (enabled) {
            thread.start();
        }
    }

    public DnsState state() {
        return state;
    }

    /** Empty unless it is listening. */
    public Optional<HttpDns> server() {
        return Optional.ofNullable(server);
    }

    /** Below which the fleet's names are; empty until there is a fleet. */
    public Optional<String> zone() {
        return zone;
    }

    private void run() {
        try {
            HttpDns opened = open();
            long told = System.nanoTime() - FIGURES.toNanos();
            while (opened != null) {
                follow(opened);
                if (System.nanoTime() - told >= FIGURES.toNanos()) {
                    told = System.nanoTime();
                    tree.accept(DnsLeaves.of(opened.tallies().tree()));
                }
                if (closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                    opened.drain();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Optional.ofNullable(server).ifPresent(HttpDns::close);
        }
    }

    private @Nullable HttpDns open() throws InterruptedException {
        do {
            try {
                var made = new HttpDns(settings, clock);
                List<String> addresses = addresses(made.ports());
                server = made;
                state = new DnsState.Listening(addresses);
                LOG.atInfo().addKeyValue("addresses", addresses).log("answering names");
                return made;
            } catch (IOException | RuntimeException e) {
                String why = String.valueOf(e.getMessage());
                if (!state.equals(new DnsState.Failing(why))) {
                    LOG.atError().addKeyValue("why", why).log("names are not answered; tried again every few seconds");
                }
                state = new DnsState.Failing(why);
            }
        } while (!closed.await(RETRY.toMillis(), TimeUnit.MILLISECONDS));
        return null;
    }

    private List<String> addresses(List<Integer> ports) {
        var addresses = new ArrayList<String>();
        List<InetSocketAddress> wanted = Stream.concat(
                        settings.front().listen().stream(), settings.front().listenTls().stream())
                .toList();
        for (int i = 0; i < wanted.size(); i++) {
            String host = wanted.get(i).getAddress().getHostAddress();
            addresses.add((host.contains(":") ? "[" + host + "]" : host) + ":" + ports.get(i));
        }
        return addresses;
    }

    @SuppressWarnings("ReferenceEquality") // each revision's fleet is built once; one shown twice does no harm
    private void follow(HttpDns to) {
        try {
            Optional<Fleet> now = fleet.get();
            long changes = registry.changes();
            if (now.isEmpty() || (now.get() == shownFleet && changes == shownChanges)) {
                return;
            }
            String name = givenZone.orElseGet(() -> now.get().name() + ".internal");
            ZoneContent content = FleetZone.of(now.get(), registry::find, name, settings.zones(), ttl, version);
            if (!content.equals(to.zones())) {
                version++;
                to.zones(FleetZone.of(now.get(), registry::find, name, settings.zones(), ttl, version));
            }
            zone = Optional.of(name);
            shownFleet = now.get();
            shownChanges = changes;
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("the fleet's names cannot be brought up to date");
            shownFleet = fleet.get().orElse(null);
            shownChanges = registry.changes();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        if (!thread.isAlive()) {
            return;
        }
        try {
            if (!thread.join(END)) {
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
