package io.espalier.orchestrator.api;

import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.Tier;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostReport;
import io.espalier.orchestrator.host.HostState;
import io.espalier.orchestrator.plan.Releases;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.release.UnitDifference;
import io.espalier.orchestrator.rollout.Reconciler;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.api.HostPage;
import io.espalier.protocol.api.HostView;
import io.espalier.protocol.release.Release;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The hosts of the fleet, with those that are enrolled but in no revision of it. */
@Component
public final class Hosts {

    private static final int MAX_SIZE = 1_000;

    /** Where it counts most how far a host is from the revision. */
    private static final Set<String> QUIET = Set.of(HostState.IN_SYNC.word(), HostState.PENDING.word());

    /** The tier of a host that the fleet does not know. */
    static final String NO_TIER = "";

    private final HostRegistry registry;
    private final Reconciler reconciler;
    private final Releases releases;
    private final InstantSource clock;

    Hosts(HostRegistry registry, Reconciler reconciler, Releases releases, InstantSource clock) {
        this.registry = registry;
        this.reconciler = reconciler;
        this.releases = releases;
        this.clock = clock;
    }

    /** What hosts to show; {@code null} is any. */
    public record Filter(
            @Nullable String tier,
            @Nullable String tag,
            @Nullable String state,
            @Nullable String q) {

        public static final Filter ALL = new Filter(null, null, null, null);

        /** Empty text, as a form sends it, is none. */
        public static Filter of(
                @Nullable String tier, @Nullable String tag, @Nullable String state, @Nullable String q) {
            return new Filter(given(tier), given(tag), given(state), given(q));
        }

        private static @Nullable String given(@Nullable String text) {
            return text == null || text.isBlank() ? null : text.strip();
        }

        boolean matches(HostView host) {
            return (tier == null || tier.equals(host.tier()))
                    && (tag == null || host.tags().contains(tag))
                    && (state == null || state.equals(host.state()))
                    && (q == null
                            || host.name().contains(q)
                            || host.address().contains(q)
                            || host.tags().stream().anyMatch(one -> one.contains(q)));
        }
    }

    /** A tier and how many of its hosts are in each state; in the fleet's order, hosts without a tier last. */
    public record TierView(String name, String title, Map<String, Integer> states, int total) {}

    /** All that match, in tier order, then by name. */
    public List<HostView> all(Filter filter) {
        Instant now = clock.instant();
        Optional<Fleet> fleet = reconciler.wanted().map(ReleaseSet::fleet);
        var order = new HashMap<String, Integer>();
        fleet.ifPresent(known -> known.tiers().forEach(tier -> order.put(tier.name(), order.size())));
        var views = new ArrayList<HostView>();
        var records = new HashMap<HostName, HostRecord>();
        registry.all().forEach(record -> records.put(record.name(), record));
        fleet.ifPresent(known -> known.hosts()
                .forEach((name, host) ->
                        views.add(view(name, Optional.of(host), Optional.ofNullable(records.remove(name)), now))));
        records.values().stream()
                .filter(record -> record.enrolment().isPresent())
                .forEach(record -> views.add(view(record.name(), Optional.empty(), Optional.of(record), now)));
        return views.stream()
                .filter(filter::matches)
                .sorted(Comparator.comparing((HostView view) -> order.getOrDefault(view.tier(), Integer.MAX_VALUE))
                        .thenComparing(HostView::name, NaturalOrder.INSTANCE))
                .toList();
    }

    public HostPage page(Filter filter, int page, int size) {
        if (page < 0 || size < 1) {
            throw RequestRefused.malformed("page: " + page + ", size: " + size + " (expected: at least 0 and 1)");
        }
        int limit = Math.min(size, MAX_SIZE);
        List<HostView> all = all(filter);
        int from = (int) Math.min((long) page * limit, all.size());
        List<HostView> shown = all.subList(from, Math.min(all.size(), from + limit)).stream()
                .map(this::behind)
                .toList();
        return new HostPage(shown, page, limit, all.size());
    }

    /** @throws RequestRefused if there is none of this name */
    public HostView view(String name) {
        HostName host = parse(name);
        Optional<Host> inFleet = inFleet(host);
        Optional<HostRecord> record = registry.find(host);
        if (inFleet.isEmpty() && record.flatMap(HostRecord::enrolment).isEmpty()) {
            throw unknown(name);
        }
        return behind(view(host, inFleet, record, clock.instant()));
    }

    /** Names the units in which a host that nothing is wrong with is not where the fleet should be. */
    private HostView behind(HostView view) {
        Optional<Release> wanted = reconciler.wanted().map(set -> set.releases().get(new HostName(view.name())));
        boolean isQuiet = view.reason() == null && QUIET.contains(view.state());
        if (view.release() == null || !isQuiet || wanted.isEmpty()) {
            return view;
        }
        ReleaseId held = ReleaseId.parse(view.release());
        List<String> units = held.equals(wanted.get().id())
                ? List.of()
                : releases.find(held)
                        .map(now -> UnitDifference.of(now, wanted.get()))
                        .orElse(List.of());
        return units.isEmpty()
                ? view
                : new HostView(
                        view.name(),
                        view.auid(),
                        view.tier(),
                        view.tags(),
                        view.address(),
                        view.state(),
                        view.reason(),
                        "behind the revision in " + String.join(", ", units),
                        view.release(),
                        view.drifted(),
                        view.lastSeen());
    }

    static HostName parse(String name) {
        if (!HostName.isValid(name)) {
            throw unknown(name);
        }
        return new HostName(name);
    }

    static RequestRefused unknown(String name) {
        return RequestRefused.notFound("there is no host '" + name + "'");
    }

    Optional<Host> inFleet(HostName name) {
        return reconciler.wanted().map(set -> set.fleet().hosts().get(name));
    }

    /** How many hosts are in each state, in the order of the states; states without any are left out. */
    public Map<String, Integer> counts() {
        return counts(all(Filter.ALL));
    }

    public static Map<String, Integer> counts(List<HostView> hosts) {
        var counts = new TreeMap<HostState, Integer>();
        hosts.forEach(host -> counts.merge(HostState.parse(host.state()), 1, Integer::sum));
        var words = new java.util.LinkedHashMap<String, Integer>();
        counts.forEach((state, count) -> words.put(state.word(), count));
        return words;
    }

    public List<TierView> tiers(List<HostView> hosts) {
        var byTier = new HashMap<String, List<HostView>>();
        hosts.forEach(host ->
                byTier.computeIfAbsent(host.tier(), _ -> new ArrayList<>()).add(host));
        var tiers = new ArrayList<TierView>();
        reconciler.wanted().map(set -> set.fleet().tiers()).orElse(List.of()).forEach(tier -> {
            List<HostView> inside = byTier.remove(tier.name());
            if (inside != null) {
                tiers.add(new TierView(tier.name(), tier.title(), counts(inside), inside.size()));
            }
        });
        byTier.forEach(
                (name, inside) -> tiers.add(new TierView(name, "Not in the fleet", counts(inside), inside.size())));
        return tiers;
    }

    /** For filters. */
    public List<Tier> knownTiers() {
        return reconciler.wanted().map(set -> set.fleet().tiers()).orElse(List.of());
    }

    private static HostView view(HostName name, Optional<Host> host, Optional<HostRecord> record, Instant now) {
        Optional<HostRecord.Verdict> verdict = record.map(known -> known.verdict(now));
        Optional<HostReport> report = record.flatMap(HostRecord::report);
        Optional<HostRecord.Enrolment> enrolment = record.flatMap(HostRecord::enrolment);
        String address = host.map(
                        known -> address(known.ssh().address(), known.ssh().port()))
                .or(() -> enrolment.map(known -> address(known.address(), known.port())))
                .orElse("");
        return new HostView(
                name.value(),
                record.flatMap(HostRecord::auid).map(Auid::value).orElse(null),
                host.map(Host::tier).orElse(NO_TIER),
                host.map(known -> List.copyOf(known.tags()))
                        .or(() -> enrolment.map(HostRecord.Enrolment::tags))
                        .orElse(List.of()),
                address,
                verdict.map(HostRecord.Verdict::state).orElse(HostState.STALE).word(),
                verdict.flatMap(HostRecord.Verdict::reason)
                        .map(reason -> reason.word())
                        .orElse(null),
                verdict.map(HostRecord.Verdict::detail)
                        .or(() -> Optional.of("no agent was looked for yet, or none runs on this tier"))
                        .filter(text -> !text.isEmpty())
                        .orElse(null),
                report.flatMap(HostReport::release).map(ReleaseId::toString).orElse(null),
                report.map(HostReport::drifted).orElse(0),
                record.flatMap(HostRecord::lastSeen).orElse(null));
    }

    private static String address(String address, int port) {
        if (address.isEmpty()) {
            return "this machine";
        }
        return port == Host.SshAddress.DEFAULT_PORT ? address : address + ":" + port;
    }
}
