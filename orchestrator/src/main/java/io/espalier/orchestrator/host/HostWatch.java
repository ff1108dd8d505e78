package io.espalier.orchestrator.host;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.Message;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every host of the fleet for its status, over and over, each at its own moment. One round trip on a kept
 * connection; what is heard goes to the {@link HostRegistry}, and what changed to a {@link Listener}.
 */
public final class HostWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HostWatch.class);

    private static final Duration FLEET_LOOK = Duration.ofSeconds(1);

    /**
     * How to watch.
     *
     * @param interval between two looks at one host, on average
     * @param looks how many hosts that answer are looked at at once
     * @param retries how many hosts that did not answer last time, and that may make us wait again
     * @param perSecond most looks in a second; a fleet too large for that is looked at less often
     */
    public record Settings(Duration interval, int looks, int retries, int perSecond) {
        public static final Settings DEFAULT = new Settings(Duration.ofSeconds(10), 64, 32, 200);
    }

    /** Is told what the watch notices. Called on the watch's threads; must not block for long. */
    public interface Listener {

        /** A host answers that did not before, or whose agent was started anew: it may have missed something. */
        void returned(Host host);

        /** The number of paths that differ from the release has changed. */
        void drifted(Host host, int before, int now);
    }

    /**
     * Takes what agents report. Called on the watch's threads, for one host by one at a time; must not block for long.
     */
    public interface ReportTaker {

        /** Where reports of a host begin that were not taken yet. */
        Taken taken(HostName host);

        /** @throws RuntimeException if they are to be offered again */
        void take(Host host, Message.Reports reports);
    }

    /**
     * Up to where reports were taken in for good.
     *
     * @param spool the agent's row of numbers; empty if none is known
     */
    public record Taken(String spool, long number) {
        public static final Taken NOTHING = new Taken("", 0);
    }

    /** How often a host with more to tell than fits one answer is asked again in one look. */
    private static final int MORE = 8;

    private final Links links;
    private final HostRegistry registry;
    private final Supplier<Collection<Host>> fleet;
    private final Listener listener;
    private final Optional<ReportTaker> reports;
    private final Settings settings;
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final Semaphore looks;
    private final Semaphore retries;
    private final Map<HostName, Watcher> watchers = new HashMap<>();
    private final Thread manager;
    private volatile boolean closed;
    private volatile int size;

    /** @param fleet the hosts of the revision that counts now */
    public HostWatch(
            Links links,
            HostRegistry registry,
            Supplier<Collection<Host>> fleet,
            Listener listener,
            Settings settings) {
        this(links, registry, fleet, listener, Optional.empty(), settings);
    }

    /** @param reports takes what agents report; empty: they keep it */
    public HostWatch(
            Links links,
            HostRegistry registry,
            Supplier<Collection<Host>> fleet,
            Listener listener,
            Optional<ReportTaker> reports,
            Settings settings) {
        this.reports = reports;
        this.links = links;
        this.registry = registry;
        this.fleet = fleet;
        this.listener = listener;
        this.settings = settings;
        this.looks = new Semaphore(settings.looks(), true);
        this.retries = new Semaphore(settings.retries(), true);
        this.manager = Thread.ofVirtual().name("host-watch").unstarted(this::manage);
    }

    public void start() {
        manager.start();
    }

    /** Looks at a host soon instead of at its next turn. */
    public void poke(HostName host) {
        synchronized (watchers) {
            Watcher watcher = watchers.get(host);
            if (watcher != null) {
                watcher.poke();
            }
        }
    }

    /** Looks at one host now, on this thread. Tells the registry, and the listener if there is something new. */
    public void look(Host host) {
        HostRecord before;
        Message.Status status;
        try (Link link = links.open(host)) {
            status = reports.isPresent() ? collect(link, host, reports.get()) : link.status();
        } catch (LinkException e) {
            if (e.reason() != Reason.ABORTED) { // the watch itself was stopped
                registry.lost(host.name(), e.reason(), String.valueOf(e.getMessage()));
            }
            return;
        }
        before = registry.seen(host.name(), status);
        boolean restarted = before.report()
                .map(report -> !report.startedAt().equals(status.startedAt()))
                .orElse(true);
        if (!before.contact().isReachable() || restarted) {
            listener.returned(host);
        }
        int drifted = before.report().map(HostReport::drifted).orElse(0);
        if (drifted != status.drifted()) {
            listener.drifted(host, drifted, status.drifted());
        }
    }

    private Message.Status collect(Link link, Host host, ReportTaker taker) {
        Taken taken = taker.taken(host.name());
        Message.Reports first = link.collect(taken.spool(), taken.number());
        try {
            Message.Reports next = first;
            taker.take(host, next);
            for (int i = 0; i < MORE && next.waiting() > 0; i++) {
                next = link.collect(next.spool(), next.last());
                taker.take(host, next);
            }
        } catch (LinkException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("host", host.name()).setCause(e).log("reports could not be taken; they are kept");
        }
        return first.status();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(manager);
        synchronized (watchers) {
            watchers.values().forEach(Watcher::stop);
            watchers.clear();
        }
    }

    private void manage() {
        while (!closed) {
            try {
                adopt(fleet.get());
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).log("the fleet's hosts cannot be told; tried again in a second");
            }
            LockSupport.parkNanos(FLEET_LOOK.toNanos());
        }
    }

    private void adopt(Collection<Host> hosts) {
        var wanted = new HashMap<HostName, Host>();
        hosts.forEach(host -> wanted.put(host.name(), host));
        registry.meet(hosts);
        size = wanted.size();
        synchronized (watchers) {
            if (closed) {
                return;
            }
            watchers.entrySet().removeIf(entry -> {
                boolean gone = !entry.getValue().host.equals(wanted.get(entry.getKey()));
                if (gone) {
                    entry.getValue().stop();
                }
                return gone;
            });
            wanted.forEach((name, host) -> watchers.computeIfAbsent(name, _ -> new Watcher(host)));
        }
    }

    /** Between a half and one and a half of the interval, so that hosts do not fall into step. */
    private Duration pause() {
        long fair = Math.max(settings.interval().toMillis(), 1_000L * size / settings.perSecond());
        return Duration.ofMillis(fair / 2 + random.nextLong(Math.max(1, fair)));
    }

    /** The loop of one host. */
    private final class Watcher {

        private final Host host;
        private final Thread thread;
        private volatile boolean stopped;
        private volatile boolean poked;

        Watcher(Host host) {
            this.host = host;
            this.thread = Thread.ofVirtual().name("watch-" + host.name()).start(this::run);
        }

        void poke() {
            poked = true;
            LockSupport.unpark(thread);
        }

        void stop() {
            stopped = true;
            thread.interrupt();
        }

        private void run() {
            try {
                while (!stopped) {
                    lookInTurn();
                    long end = System.nanoTime() + pause().toNanos();
                    while (!stopped && !poked && System.nanoTime() < end) {
                        LockSupport.parkNanos(end - System.nanoTime());
                    }
                    poked = false;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the host left the fleet, or everything stops
            }
        }

        private void lookInTurn() throws InterruptedException {
            boolean answers = registry.find(host.name())
                    .map(record -> record.contact().isReachable())
                    .orElse(false);
            Semaphore turns = answers ? looks : retries;
            turns.acquire();
            try {
                look(host);
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("host", host.name()).setCause(e).log("could not look at the host");
            } finally {
                turns.release();
            }
        }
    }
}
