package io.espalier.httpdns.zone;

import io.espalier.httpdns.answer.Answer;
import io.espalier.httpdns.answer.Origin;
import io.espalier.httpdns.answer.Presentation;
import io.espalier.httpdns.answer.Question;
import io.espalier.httpdns.answer.ResourceRecord;
import io.espalier.httpdns.answer.Subnet;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Type;

/** Answers from a {@link ZoneContent}. Immutable; asking it costs a look into a map. */
public final class Zones {
    private static final int NO_SUCH_NAME = 3;
    private static final int SERVER_FAILURE = 2;
    private static final int CHAIN = 8;
    private static final long NEGATIVE_TTL = 5;

    /** What a name has. */
    private record Owned(List<Shown> records, @Nullable String note) {}

    private record Shown(ResourceRecord record, @Nullable View view) {}

    /**
     * What is known locally.
     *
     * @param target where an alias leaves the local names: the answer is complete with what is found there; null if it
     *     is complete
     */
    public record Local(Answer answer, @Nullable String target) {}

    private final ZoneContent content;
    private final Map<String, Owned> names = new HashMap<>();
    private final Set<String> apexes;
    private final Set<String> inner = new HashSet<>();

    /** @throws IllegalArgumentException if a tier names a host, or a record a view, that is not there */
    public Zones(ZoneContent content) {
        this.content = content;
        this.apexes = Set.copyOf(content.zones());
        var hosts = new HashMap<String, FleetHost>();
        for (var host : content.hosts()) {
            hosts.put(host.name(), host);
            names.put(host.name(), owned(host.name(), List.of(host), host.up() ? null : host.name() + " is down"));
            for (var address : host.addresses()) {
                names.putIfAbsent(reverse(address), pointer(address, host.name()));
            }
        }
        content.tiers().forEach(tier -> names.put(tier.name(), members(tier, hosts)));
        addRecords();
        names.keySet().forEach(this::addInner);
        content.zones().forEach(this::addInner);
    }

    private Owned owned(String name, List<FleetHost> hosts, @Nullable String note) {
        var records = new ArrayList<Shown>();
        var seen = new HashSet<InetAddress>(); // a set has each record once (RFC 2181 section 5), whoever shares it
        for (var host : hosts) {
            for (var address : host.addresses()) {
                if (!seen.add(address)) {
                    continue;
                }
                var data = address.getAddress();
                var type = data.length == 4 ? Type.A : Type.AAAA;
                var text = Objects.requireNonNull(Presentation.of(type, data));
                records.add(
                        new Shown(new ResourceRecord(name, type, content.ttl().toSeconds(), data, text), null));
            }
        }
        return new Owned(records, note);
    }

    private Owned pointer(InetAddress address, String host) {
        var record = LocalRecord.parsed(reverse(address), "PTR", content.ttl().toSeconds(), host + ".");
        return new Owned(List.of(new Shown(record, null)), null);
    }

    private static String reverse(InetAddress address) {
        return ReverseMap.fromAddress(address).toString(true);
    }

    private Owned members(Tier tier, Map<String, FleetHost> hosts) {
        var members = new ArrayList<FleetHost>();
        for (var name : tier.hosts()) {
            var host = hosts.get(name);
            if (host == null) {
                throw new IllegalArgumentException("tier " + tier.name() + ": there is no host " + name);
            }
            members.add(host);
        }
        var up = members.stream().filter(FleetHost::up).toList();
        if (up.isEmpty()) {
            return owned(
                    tier.name(),
                    members,
                    members.isEmpty() ? null : "all members of " + tier.name() + " are down; all are given");
        }
        var down =
                members.stream().filter(host -> !host.up()).map(FleetHost::name).toList();
        return owned(tier.name(), up, down.isEmpty() ? null : "left out as down: " + String.join(", ", down));
    }

    private void addRecords() {
        var views = new HashMap<String, View>();
        content.views().forEach(view -> views.put(view.name(), view));
        var own = new HashMap<String, List<Shown>>();
        for (var each : content.records()) {
            var view = each.view() == null ? null : views.get(each.view());
            if (each.view() != null && view == null) {
                throw new IllegalArgumentException(each.name() + ": there is no view " + each.view());
            }
            own.computeIfAbsent(each.name(), name -> new ArrayList<>()).add(new Shown(each.record(), view));
        }
        own.forEach((name, records) -> names.put(name, new Owned(List.copyOf(records), null)));
    }

    /** A name between a zone and a deeper name exists, though it has nothing. */
    private void addInner(String name) {
        var zone = zoneOf(name);
        for (var at = name; zone != null && at.length() >= zone.length(); at = at.substring(at.indexOf('.') + 1)) {
            inner.add(at);
            if (at.indexOf('.') < 0) {
                return;
            }
        }
    }

    private @Nullable String zoneOf(String name) {
        for (var at = name; ; at = at.substring(at.indexOf('.') + 1)) {
            if (apexes.contains(at)) {
                return at;
            }
            if (at.indexOf('.') < 0) {
                return apexes.contains("") ? "" : null;
            }
        }
    }

    static boolean isWithin(String name, String zone) {
        return zone.isEmpty()
                || (name.endsWith(zone)
                        && (name.length() == zone.length() || name.charAt(name.length() - zone.length() - 1) == '.'));
    }

    /** The content it answers from. */
    public ZoneContent content() {
        return content;
    }

    /** @return null if the name is not answered locally */
    public @Nullable Local find(Question question) {
        if (names.isEmpty() && content.zones().isEmpty()) {
            return null;
        }
        var chain = new ArrayList<ResourceRecord>();
        var name = question.name();
        while (chain.size() < CHAIN) {
            var owned = names.get(name);
            var seen = owned == null ? List.<ResourceRecord>of() : seen(owned, question.client());
            if (owned == null || seen.isEmpty()) {
                return nothing(question, name, chain);
            }
            var wanted = seen.stream().filter(r -> r.type() == question.type()).toList();
            var alias = seen.stream().filter(r -> r.type() == Type.CNAME).findFirst();
            if (!wanted.isEmpty() || alias.isEmpty()) {
                chain.addAll(wanted);
                var authority = wanted.isEmpty() ? soa(name) : List.<ResourceRecord>of();
                return new Local(answer(question, 0, chain, authority, owned.note), null);
            }
            chain.add(alias.get());
            name = target(alias.get());
        }
        var note = "a CNAME loop in the local records";
        return new Local(answer(question, SERVER_FAILURE, List.of(), List.of(), note), null);
    }

    private static String target(ResourceRecord alias) {
        return alias.text().substring(0, alias.text().length() - 1);
    }

    /** The records of the narrowest view that matches, or those of no view. */
    private static List<ResourceRecord> seen(Owned owned, @Nullable Subnet client) {
        var longest = -1;
        for (var each : owned.records) {
            longest = Math.max(longest, each.view == null ? -1 : each.view.match(client));
        }
        var seen = new ArrayList<ResourceRecord>();
        for (var each : owned.records) {
            if ((each.view == null ? -1 : each.view.match(client)) == longest && (longest >= 0 || each.view == null)) {
                seen.add(each.record);
            }
        }
        return seen;
    }

    private @Nullable Local nothing(Question question, String name, List<ResourceRecord> chain) {
        if (zoneOf(name) == null) {
            return chain.isEmpty() ? null : new Local(answer(question, 0, chain, List.of(), null), name);
        }
        return new Local(answer(question, inner.contains(name) ? 0 : NO_SUCH_NAME, chain, soa(name), null), null);
    }

    private List<ResourceRecord> soa(String name) {
        var zone = Objects.requireNonNullElse(zoneOf(name), name);
        var text =
                "localhost. nobody.invalid. " + (content.version() & 0xffff_ffffL) + " 3600 600 86400 " + NEGATIVE_TTL;
        return List.of(LocalRecord.parsed(zone, "SOA", NEGATIVE_TTL, text));
    }

    private static Answer answer(
            Question question,
            int rcode,
            List<ResourceRecord> records,
            List<ResourceRecord> authority,
            @Nullable String note) {
        var ttl = records.stream().mapToLong(ResourceRecord::ttl).min().orElse(NEGATIVE_TTL);
        return new Answer(question, rcode, records, authority, null, ttl, Origin.LOCAL_ZONE, note);
    }
}
