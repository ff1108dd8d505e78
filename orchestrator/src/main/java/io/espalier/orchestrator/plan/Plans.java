package io.espalier.orchestrator.plan;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.Message;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks hosts what they hold and compares it with what is wanted. Changes nothing. */
public final class Plans {

    /**
     * @param parallel how many hosts are asked at a time
     * @param perHost how long one host may take to answer before it counts as unreachable
     */
    public record Limits(int parallel, Duration perHost) {
        public static final Limits DEFAULT = new Limits(64, Duration.ofSeconds(20));
    }

    private final Links links;
    private final Releases releases;
    private final Limits limits;

    public Plans(Links links, Releases releases, Limits limits) {
        this.links = links;
        this.releases = releases;
        this.limits = limits;
    }

    /** Of all hosts of {@code target}. A host that does not answer does not keep the others from being planned. */
    public Plan plan(ReleaseSet target) throws InterruptedException {
        return plan(target, target.releases().keySet());
    }

    /** Of those {@code hosts} that have a release in {@code target}. */
    public Plan plan(ReleaseSet target, Collection<HostName> hosts) throws InterruptedException {
        var wanted = new HashMap<HostName, Wanted>();
        for (HostName name : hosts) {
            Release release = target.releases().get(name);
            Host host = target.fleet().hosts().get(name);
            if (release != null && host != null) {
                wanted.put(name, new Wanted(host, release));
            }
        }
        Comparison comparison = compare(wanted.values());
        return new Plan(target, comparison.hosts(), comparison.unreachable());
    }

    /** A host and the release that it should hold. */
    public record Wanted(Host host, Release release) {}

    /** Of any hosts with any releases, all asked at once. */
    public Comparison compare(Collection<Wanted> all) throws InterruptedException {
        var asked = new HashMap<HostName, Future<HostPlan>>();
        var plans = new TreeMap<HostName, HostPlan>();
        var unreachable = new TreeMap<HostName, Unreachable>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var permits = new Semaphore(limits.parallel());
            for (Wanted one : all) {
                asked.put(one.host().name(), threads.submit(() -> planWithin(permits, one.host(), one.release())));
            }
            for (Map.Entry<HostName, Future<HostPlan>> answer : asked.entrySet()) {
                try {
                    plans.put(answer.getKey(), answer.getValue().get());
                } catch (ExecutionException e) {
                    unreachable.put(answer.getKey(), whyNot(e));
                }
            }
        }
        return new Comparison(plans, unreachable);
    }

    /**
     * Of one host, in one round trip.
     *
     * @throws LinkException if it does not answer
     */
    public HostPlan plan(Host host, Release wanted) {
        try (Link link = links.open(host)) {
            return plan(link, wanted);
        }
    }

    /** Over a link that is open already. */
    public HostPlan plan(Link link, Release wanted) {
        ReleaseId id = wanted.id();
        Message.Observed held = link.observe(
                wanted.files().map(FileEntry::path).toList(),
                wanted.units().stream()
                        .map(Unit::purged)
                        .flatMap(Collection::stream)
                        .toList());
        Optional<Release> previous =
                held.current().flatMap(current -> current.equals(id) ? Optional.of(wanted) : releases.find(current));
        return Planner.plan(wanted, id, held, previous);
    }

    /** A link bounds its own waits; this bounds what all of them take together. */
    private HostPlan planWithin(Semaphore permits, Host host, Release wanted)
            throws InterruptedException, ExecutionException {
        permits.acquire();
        try {
            var plan = new FutureTask<>(() -> plan(host, wanted));
            Thread.ofVirtual().name("plan-" + host.name()).start(plan);
            try {
                return plan.get(limits.perHost().toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                plan.cancel(true);
                throw new LinkException(
                        Reason.TIMED_OUT,
                        host.name() + ": no answer within " + limits.perHost().toSeconds() + " s",
                        e);
            }
        } finally {
            permits.release();
        }
    }

    private static Unreachable whyNot(Throwable thrown) {
        Throwable cause = thrown;
        while (cause instanceof ExecutionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case LinkException link -> new Unreachable(link.reason(), String.valueOf(link.getMessage()));
            case Error error -> throw error;
            default -> new Unreachable(Reason.INTERNAL, cause.toString());
        };
    }
}
