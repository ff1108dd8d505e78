package io.espalier.httpdns.resolve;

import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Subnet;
import io.espalier.httpdns.answer.Trace;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Type;

/**
 * The upstreams together: the best is asked first, another beside it when it is slow, the next when it fails. A chain
 * that one answer leaves open is followed. Safe for use by many threads.
 */
public final class Upstreams implements AutoCloseable {
    private static final int ATTEMPTS = 6;
    private static final int CHASES = 6;
    private static final long SAME = TimeUnit.MILLISECONDS.toNanos(5);

    private final ResolveSettings settings;
    private final List<Asking> all;
    private final Semaphore inFlight;
    private final Allowance hedging = new Allowance(0.1, 10);
    private final Thread prober;

    public Upstreams(ResolveSettings settings) {
        this.settings = settings;
        var random = new SecureRandom();
        this.all = settings.upstreams().stream()
                .map(upstream -> new Asking(upstream, random))
                .toList();
        this.inFlight = new Semaphore(settings.inFlight());
        this.prober = Thread.ofVirtual().name("httpdns-probe").start(this::probe);
    }

    /** When a client's network counts. */
    public ClientNetworks networks() {
        return settings.networks();
    }

    /**
     * Searches for at most {@code within}.
     *
     * @param question its client is told to the upstreams as it is, so it went through {@link ClientNetworks#toTell}
     *     before
     */
    public Finding find(Question question, Duration within, Trace trace) throws InterruptedException {
        var deadline = System.nanoTime() + within.toNanos();
        if (all.isEmpty()) {
            return new Finding.Failed("no upstream is configured");
        }
        if (!inFlight.tryAcquire(within.toNanos(), TimeUnit.NANOSECONDS)) {
            return new Finding.Failed("too many questions are under way");
        }
        try {
            return follow(question, deadline, trace);
        } finally {
            inFlight.release();
        }
    }

    private Finding follow(Question question, long deadline, Trace trace) throws InterruptedException {
        var records = new ArrayList<ResourceRecord>();
        var asked = new HashSet<String>();
        Subnet scope = null;
        var name = question.name();
        while (asked.add(name) && asked.size() <= CHASES) {
            switch (race(name, question.type(), question.client(), deadline, trace)) {
                case Raced.Nobody nobody -> {
                    return new Finding.Failed(nobody.reason());
                }
                case Raced.Won won -> {
                    var answered = won.answered();
                    var good = answered.good();
                    records.addAll(good.records());
                    scope = narrower(scope, answered.scope());
                    if (good.target() == null) {
                        var asOfNow = question.client() != null || !networks().countFor(question.name());
                        return new Finding.Found(
                                good.rcode(),
                                records,
                                good.authority(),
                                scope,
                                scope == null && asOfNow,
                                answered.upstream().name());
                    }
                    name = good.target();
                    trace.step("upstream", "follows the alias to " + name);
                }
            }
        }
        return new Finding.Failed(asked.size() > CHASES ? "a CNAME chain without end" : "a CNAME loop over " + name);
    }

    private static @Nullable Subnet narrower(@Nullable Subnet one, @Nullable Subnet other) {
        return one == null || (other != null && other.prefix() > one.prefix()) ? other : one;
    }

    private sealed interface Raced {
        record Won(Tried.Answered answered) implements Raced {}

        record Nobody(String reason) implements Raced {}
    }

    private Raced race(String name, int type, @Nullable Subnet network, long deadline, Trace trace)
            throws InterruptedException {
        var order = order();
        var ended = new LinkedBlockingQueue<Tried>();
        var threads = new ArrayList<Thread>();
        var reasons = new ArrayList<String>();
        hedging.earn();
        try {
            var hedgeAt = start(order, threads, ended, name, type, network, deadline);
            while (true) {
                var tried = ended.poll(Math.min(deadline, hedgeAt) - System.nanoTime(), TimeUnit.NANOSECONDS);
                switch (tried) {
                    case null -> {
                        if (System.nanoTime() >= deadline) {
                            reasons.add("no answer within the budget");
                            return new Raced.Nobody(String.join("; ", reasons));
                        }
                        hedgeAt = Long.MAX_VALUE;
                        if (threads.size() < limit() && order.size() > 1 && hedging.spend()) {
                            var next = order.get(threads.size() % order.size());
                            next.hedges.increment();
                            trace.step("upstream " + next.upstream.name(), "asked as well: the first is slow");
                            hedgeAt = start(order, threads, ended, name, type, network, deadline);
                        }
                    }
                    case Tried.Answered answered -> {
                        trace.step(
                                "upstream " + answered.upstream().name(),
                                "answered " + Type.string(type) + " of " + name + " with "
                                        + answered.good().records().size() + " records");
                        return new Raced.Won(answered);
                    }
                    case Tried.Lost lost -> {
                        trace.step("upstream " + lost.upstream().name(), lost.why());
                        reasons.add(lost.upstream().name() + ": " + lost.why());
                        if (threads.size() < limit()) {
                            hedgeAt = start(order, threads, ended, name, type, network, deadline);
                        } else if (reasons.size() == threads.size()) {
                            return new Raced.Nobody(String.join("; ", reasons));
                        }
                    }
                }
            }
        } finally {
            threads.forEach(Thread::interrupt);
        }
    }

    private int limit() {
        return Math.min(ATTEMPTS, all.size() + 1);
    }

    /** Asks the next in order; tells when to ask another beside it. */
    private long start(
            List<Asking> order,
            List<Thread> threads,
            LinkedBlockingQueue<Tried> ended,
            String name,
            int type,
            @Nullable Subnet network,
            long deadline) {
        var next = order.get(threads.size() % order.size());
        var limit = Math.min(settings.attempt().toNanos(), deadline - System.nanoTime());
        threads.add(
                Thread.ofVirtual().name("httpdns-ask").start(() -> ended.add(next.ask(name, type, network, limit))));
        return System.nanoTime() + next.health.patience();
    }

    /** Those that are up, the faster before the slower; of equals, as configured. */
    private List<Asking> order() {
        var now = System.nanoTime();
        return all.stream()
                .map(asking -> new Ranked(asking, asking.health.isDown(), asking.health.score(now) / SAME))
                .sorted(Comparator.comparing(Ranked::down).thenComparingLong(Ranked::score))
                .map(Ranked::asking)
                .toList();
    }

    private record Ranked(Asking asking, boolean down, long score) {}

    /** Asks those that are down for the root's name servers: any answer shows that they are back. */
    private void probe() {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(settings.probe().toNanos());
            for (var asking : all) {
                if (asking.health.isDown() && !Thread.currentThread().isInterrupted()) {
                    asking.ask("", Type.NS, null, settings.attempt().toNanos());
                }
            }
        }
    }

    /** In configured order. */
    public List<UpstreamState> states() {
        return all.stream().map(Asking::state).toList();
    }

    @Override
    public void close() {
        prober.interrupt();
    }
}
