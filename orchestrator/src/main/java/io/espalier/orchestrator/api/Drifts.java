package io.espalier.orchestrator.api;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostReport;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LinkException;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.plan.Diffs;
import io.espalier.orchestrator.plan.HostPlan;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.plan.Plans;
import io.espalier.orchestrator.plan.Releases;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.rollout.Reconciler;
import io.espalier.orchestrator.rollout.RolloutId;
import io.espalier.orchestrator.rollout.Rollouts;
import io.espalier.orchestrator.rollout.StartOptions;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.api.DriftView;
import io.espalier.protocol.api.PlanView;
import io.espalier.protocol.wire.DriftedPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.springframework.stereotype.Component;

/** Where hosts no longer hold what their release says, asked of their agents. */
@Component
public final class Drifts {

    /** Hosts that are asked at a time, and how many at all for one answer. */
    private static final int AT_ONCE = 32;

    private static final int MOST_HOSTS = 1_000;

    private final HostRegistry registry;
    private final Hosts hosts;
    private final Links links;
    private final Plans plans;
    private final Releases releases;
    private final Diffs diffs;
    private final Rollouts rollouts;
    private final Reconciler reconciler;

    Drifts(
            HostRegistry registry,
            Hosts hosts,
            Links links,
            Plans plans,
            Releases releases,
            Diffs diffs,
            Rollouts rollouts,
            Reconciler reconciler) {
        this.registry = registry;
        this.hosts = hosts;
        this.links = links;
        this.plans = plans;
        this.releases = releases;
        this.diffs = diffs;
        this.rollouts = rollouts;
        this.reconciler = reconciler;
    }

    /** Of every host that reports some; a host that does not answer now is left out. */
    public List<DriftView> all() {
        List<HostName> drifted = registry.all().stream()
                .filter(record -> record.contact().isReachable())
                .filter(record -> record.report().map(HostReport::drifted).orElse(0) > 0)
                .map(HostRecord::name)
                .limit(MOST_HOSTS)
                .toList();
        var permits = new Semaphore(AT_ONCE);
        var found = new ArrayList<DriftView>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<DriftView>>> asked = drifted.stream()
                    .map(host -> threads.submit(() -> {
                        permits.acquire();
                        try {
                            return of(host);
                        } finally {
                            permits.release();
                        }
                    }))
                    .toList();
            for (Future<List<DriftView>> answer : asked) {
                found.addAll(answer.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("drift cannot be told", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return found;
    }

    /** Of one host; empty if it does not answer. */
    List<DriftView> of(HostName name) {
        Optional<Host> host = hosts.inFleet(name);
        if (host.isEmpty()) {
            return List.of();
        }
        try (Link link = links.open(host.get())) {
            return link.drift().stream().map(path -> view(name, path)).toList();
        } catch (LinkException e) {
            return List.of();
        }
    }

    /** What one host holds instead of its release, as diffs; empty if it does not answer. */
    public List<PlanView.Change> shown(String host) {
        HostName name = Hosts.parse(host);
        Optional<Host> known = hosts.inFleet(name);
        var held = registry.find(name)
                .flatMap(HostRecord::report)
                .flatMap(HostReport::release)
                .flatMap(releases::find);
        if (known.isEmpty() || held.isEmpty()) {
            return List.of();
        }
        try {
            HostPlan plan = plans.plan(known.get(), held.get());
            return diffs.show(plan, known.get()).stream().map(PlanDesk::view).toList();
        } catch (LinkException e) {
            return List.of();
        }
    }

    /** Begins to put one host right. */
    public RolloutId heal(String host, String by) {
        HostName name = Hosts.parse(host);
        hosts.inFleet(name).orElseThrow(() -> Hosts.unknown(host));
        ReleaseSet target = reconciler
                .wanted()
                .orElseThrow(() -> RequestRefused.conflict("invalid-revision", "there is no good revision yet"));
        try {
            Plan plan = plans.plan(target, Set.of(name));
            if (plan.isInSync() && plan.unreachable().isEmpty()) {
                throw RequestRefused.conflict("unchanged", host + " holds what its release says");
            }
            return rollouts.start(plan, by, StartOptions.HEAL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RequestRefused.tooMany("interrupted");
        }
    }

    private static DriftView view(HostName host, DriftedPath path) {
        return new DriftView(
                host.value(),
                path.path(),
                path.unit(),
                path.kind().name().toLowerCase(Locale.ROOT),
                path.expected().map(Digest::hex).orElse(null),
                path.actual().map(Digest::hex).orElse(null),
                path.since());
    }
}
