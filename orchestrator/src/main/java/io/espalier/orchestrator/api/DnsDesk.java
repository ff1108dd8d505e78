package io.espalier.orchestrator.api;

import io.espalier.httpdns.HttpDns;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.dialect.Types;
import io.espalier.httpdns.zone.FleetHost;
import io.espalier.httpdns.zone.LocalRecord;
import io.espalier.httpdns.zone.Tier;
import io.espalier.httpdns.zone.ZoneContent;
import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.dns.DnsState;
import io.espalier.orchestrator.dns.FleetDns;
import io.espalier.protocol.api.DnsLookup;
import io.espalier.protocol.api.DnsName;
import io.espalier.protocol.api.DnsPurged;
import io.espalier.protocol.api.DnsStats;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What people see of HTTPDNS, and may do with it. */
@Component
public final class DnsDesk {

    private static final int MAX_NAMES = 10_000;

    private final FleetDns dns;
    private final Audit audit;

    DnsDesk(FleetDns dns, Audit audit) {
        this.dns = dns;
        this.audit = audit;
    }

    public DnsStats stats() {
        DnsState state = dns.state();
        var answers = new LinkedHashMap<String, Long>();
        var server = dns.server();
        Map<Origin, Long> counts =
                server.map(running -> running.tallies().byOrigin()).orElse(Map.of());
        counts.forEach((origin, count) -> answers.put(origin.word(), count));
        var resolving = server.map(HttpDns::counts);
        return new DnsStats(
                word(state),
                state instanceof DnsState.Failing(var why) ? why : null,
                state instanceof DnsState.Listening(var addresses) ? addresses : List.of(),
                dns.zone().orElse(null),
                answers,
                hitRatio(counts),
                resolving.map(known -> known.names()).orElse(0L),
                resolving.map(known -> known.bytes()).orElse(0L),
                resolving.stream()
                        .flatMap(known -> known.upstreams().stream())
                        .map(one -> new DnsStats.Upstream(
                                one.name(),
                                one.down() ? "down" : "up",
                                one.averageMicros(),
                                one.asked(),
                                one.answered(),
                                one.faults()))
                        .toList());
    }

    private static String word(DnsState state) {
        return switch (state) {
            case DnsState.Off _ -> "off";
            case DnsState.Starting _ -> "starting";
            case DnsState.Listening _ -> "listening";
            case DnsState.Failing _ -> "failing";
        };
    }

    private static @Nullable Double hitRatio(Map<Origin, Long> counts) {
        long all = counts.values().stream().mapToLong(Long::longValue).sum();
        long asked = counts.getOrDefault(Origin.UPSTREAM, 0L) + counts.getOrDefault(Origin.FAILURE, 0L);
        return all == 0 ? null : (double) (all - asked) / all;
    }

    /** Sorted by kind and name; of {@code limit} at most. */
    public List<DnsName> names(@Nullable String q, int limit) {
        if (limit < 1 || limit > MAX_NAMES) {
            throw RequestRefused.malformed("limit: " + limit + " (expected: 1 to " + MAX_NAMES + ")");
        }
        ZoneContent zone = dns.server().map(HttpDns::zones).orElse(ZoneContent.EMPTY);
        var hosts = new HashMap<String, FleetHost>();
        zone.hosts().forEach(host -> hosts.put(host.name(), host));
        Stream<DnsName> all = Stream.of(
                        zone.tiers().stream().map(tier -> name(tier, hosts)),
                        zone.records().stream().map(DnsDesk::name),
                        zone.hosts().stream()
                                .sorted(Comparator.comparing(FleetHost::name, NaturalOrder.INSTANCE))
                                .map(DnsDesk::name))
                .flatMap(names -> names);
        String part = q == null ? "" : q.strip().toLowerCase(Locale.ROOT);
        return all.filter(name -> name.name().contains(part)).limit(limit).toList();
    }

    private static DnsName name(FleetHost host) {
        return new DnsName(
                host.name(),
                "host",
                texts(host.addresses()),
                host.up() ? "up" : "down",
                host.up() ? null : "its tier leaves it out");
    }

    private static DnsName name(Tier tier, Map<String, FleetHost> hosts) {
        var up = new ArrayList<InetAddress>();
        var all = new ArrayList<InetAddress>();
        var down = new ArrayList<String>();
        for (String member : tier.hosts()) {
            FleetHost host = hosts.get(member);
            if (host == null) {
                continue;
            }
            all.addAll(host.addresses());
            if (host.up()) {
                up.addAll(host.addresses());
            } else {
                down.add(member);
            }
        }
        if (down.isEmpty()) {
            return new DnsName(tier.name(), "tier", texts(all), "up", null);
        }
        return up.isEmpty()
                ? new DnsName(tier.name(), "tier", texts(all), "down", "all are down; all are given")
                : new DnsName(tier.name(), "tier", texts(up), "partly", "left out as down: " + String.join(", ", down));
    }

    private static DnsName name(LocalRecord record) {
        String view = record.view() == null ? "" : " (" + record.view() + ")";
        return new DnsName(record.name(), "record", List.of(record.type() + " " + record.text() + view), "up", null);
    }

    private static List<String> texts(List<InetAddress> addresses) {
        return addresses.stream().map(InetAddress::getHostAddress).distinct().toList();
    }

    public DnsLookup lookup(String name, String type) {
        HttpDns server = running();
        try {
            HttpDns.Explanation found = server.explain(name, type);
            return new DnsLookup(
                    found.answers().stream().map(DnsDesk::view).toList(),
                    found.steps().stream()
                            .map(step -> new DnsLookup.Step(step.stage(), step.decision(), step.micros()))
                            .toList());
        } catch (RefusedException e) {
            throw RequestRefused.malformed(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw RequestRefused.tooMany("the orchestrator is about to end");
        }
    }

    private static DnsLookup.Answer view(Answer answer) {
        return new DnsLookup.Answer(
                answer.question().name(),
                Types.name(answer.question().type()),
                Types.rcode(answer.rcode()),
                answer.ttl(),
                answer.origin().word(),
                answer.note(),
                answer.records().stream()
                        .map(each -> new DnsLookup.Entry(
                                each.name(), Types.name(each.type()), Math.min(each.ttl(), answer.ttl()), each.text()))
                        .toList());
    }

    /** @param by who asked for it, for the audit trail */
    public DnsPurged purge(String name, boolean below, String by) {
        HttpDns server = running();
        try {
            int gone = server.purge(name, below);
            audit.record(by, "dns.purge", "name " + name, "", below ? "and below" : "");
            return new DnsPurged(gone);
        } catch (RefusedException e) {
            throw RequestRefused.malformed(String.valueOf(e.getMessage()));
        }
    }

    private HttpDns running() {
        return dns.server().orElseThrow(() -> switch (dns.state()) {
            case DnsState.Failing(var why) -> RequestRefused.conflict("failing", "names are not answered: " + why);
            case DnsState.Off _ ->
                RequestRefused.conflict("off", "names are not answered: espalier.dns.enabled is false");
            case DnsState.Starting _, DnsState.Listening _ -> RequestRefused.tooMany("names are not answered yet");
        });
    }
}
