package io.espalier.orchestrator.balance;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.host.Watchdog;
import io.espalier.protocol.HostName;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that every load balancer of the fleet has the peers that the fleet and its health ask for: within a quarter of
 * a second after a change they are on their way, and again until the balancer has taken them.
 */
public final class Balancers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Balancers.class);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final int AT_ONCE = 16;

    private final boolean enabled;
    private final Supplier<Optional<Fleet>> fleet;
    private final HostRegistry registry;
    private final InstantSource clock;
    private final Watchdog watchdog = new Watchdog();
    private final Courier courier;
    private final Map<HostName, Post> posts = new ConcurrentHashMap<>();
    private final Semaphore deliveries = new Semaphore(AT_ONCE);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("balancers").unstarted(this::run);
    private List<Host> hosts = List.of();
    private @Nullable Fleet shownFleet;
    private long shownChanges = -1;

    /** @param fleet of the revision that is wanted now; the same object until it changes */
    public Balancers(
            BalanceProperties properties,
            Supplier<Optional<Fleet>> fleet,
            HostRegistry registry,
            Links links,
            DataSource database,
            InstantSource clock) {
        this.enabled = properties.enabled();
        this.fleet = fleet;
        this.registry = registry;
        this.clock = clock;
        this.courier = new Courier(links, new Versions(database), properties.token(), watchdog);
    }

    /** Begins; returns at once. */
    public void start() {
        if (enabled) {
            thread.start();
        }
    }

    /** Of every balancer of the fleet, sorted by name. */
    public List<BalancerState> states() {
        return posts.values().stream()
                .map(Post::state)
                .sorted(Comparator.comparing(BalancerState::host))
                .toList();
    }

    /** Empty if the host is no balancer. */
    public Optional<BalancerState> state(HostName host) {
        return Optional.ofNullable(posts.get(host)).map(Post::state);
    }

    private void run() {
        try {
            do {
                try {
                    draw();
                    deliver();
                } catch (RuntimeException e) {
                    LOG.atError().setCause(e).log("balancers cannot be given their peers; tried again at once");
                }
            } while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("ReferenceEquality") // each revision's fleet is built once; one drawn twice does no harm
    private void draw() {
        Optional<Fleet> wanted = fleet.get();
        long changes = registry.changes();
        if (wanted.isEmpty() || (wanted.get() == shownFleet && changes == shownChanges)) {
            return;
        }
        Fleet now = wanted.get();
        if (now != shownFleet) {
            hosts = Peers.balancerHosts(now);
            var names = new HashSet<HostName>();
            hosts.forEach(host -> names.add(host.name()));
            posts.keySet().retainAll(names);
        }
        for (Host host : hosts) {
            Post post = posts.computeIfAbsent(host.name(), name -> new Post(name, System.nanoTime()));
            try {
                Balancer balancer = Peers.balancer(now, host);
                switch (Peers.draw(now, balancer, registry::find)) {
                    case Drawn.Ready(var content) -> post.want(balancer, content, System.nanoTime());
                    case Drawn.Impossible(var why) -> post.wantNothing(why, clock.instant());
                }
            } catch (IllegalArgumentException e) {
                post.wantNothing(String.valueOf(e.getMessage()), clock.instant());
            }
        }
        shownFleet = now;
        shownChanges = changes;
    }

    private void deliver() {
        posts.forEach((host, post) -> {
            if (!deliveries.tryAcquire()) {
                return;
            }
            Optional<Post.Due> due = post.take(System.nanoTime());
            if (due.isEmpty()) {
                deliveries.release();
                return;
            }
            Thread.ofVirtual().name("peers-" + host).start(() -> carry(host, post, due.get()));
        });
    }

    private void carry(HostName host, Post post, Post.Due due) {
        Courier.Outcome outcome = new Courier.Outcome.Failed("a defect; the orchestrator's log has more");
        boolean wasWell = post.state().error().isEmpty();
        try {
            outcome = courier.deliver(due.to(), due.content());
        } catch (RuntimeException e) {
            if (closed.getCount() > 0) { // otherwise everything that it needs is being closed
                LOG.atError().addKeyValue("balancer", host).setCause(e).log("peers cannot be delivered");
            }
        } finally {
            deliveries.release();
            post.ended(due, outcome, clock.instant(), System.nanoTime());
        }
        switch (outcome) {
            case Courier.Outcome.Failed(var why)
            when wasWell ->
                LOG.atWarn()
                        .addKeyValue("balancer", host)
                        .addKeyValue("why", why)
                        .log("peers are not delivered");
            case Courier.Outcome.Taken(var version)
            when !wasWell ->
                LOG.atInfo()
                        .addKeyValue("balancer", host)
                        .addKeyValue("version", version)
                        .log("peers are delivered");
            default -> {}
        }
    }

    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        watchdog.close();
    }
}
