package io.espalier.orchestrator.balance;

import io.espalier.orchestrator.balance.PeersContent.Member;
import io.espalier.orchestrator.balance.PeersContent.State;
import io.espalier.orchestrator.fleet.FileSpec;
import io.espalier.orchestrator.fleet.Fleet;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostAddresses;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.protocol.HostName;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Draws peers documents from a fleet: a pure function of the fleet and of what is known of its hosts. */
final class Peers {

    static final int ADMIN_PORT = 9180;
    private static final int USUAL_WEIGHT = 100;
    private static final int MOST_WEIGHT = 1000;
    private static final int MOST_MEMBERS = 1000;
    private static final int L2_PORT = 8080;
    private static final int DNS_PORT = 8081;

    /** The template from which a balancer has the peers it starts with. */
    private static final Pattern L1 = Pattern.compile("(.*/)?l1\\.peers\\.json\\.ftl");

    private static final Pattern L2 = Pattern.compile("(.*/)?l2\\.peers\\.json\\.ftl");

    private static final Pattern ADMIN = Pattern.compile("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}:(\\d{1,5})");

    private Peers() {}

    /** The hosts on which a unit lays the peers that a balancer starts with. */
    static List<Host> balancerHosts(Fleet fleet) {
        return fleet.hosts().values().stream()
                .filter(host -> layer(fleet, host).isPresent())
                .toList();
    }

    private static Optional<String> layer(Fleet fleet, Host host) {
        return fleet.unitsOf(host).stream()
                .flatMap(unit -> unit.files().stream())
                .flatMap(file -> file instanceof FileSpec.Template template
                        ? java.util.stream.Stream.of(template.template())
                        : java.util.stream.Stream.empty())
                .filter(template ->
                        L1.matcher(template).matches() || L2.matcher(template).matches())
                .findFirst();
    }

    /**
     * What the balancer on {@code host} is.
     *
     * @throws IllegalArgumentException if its variables make no sense
     */
    static Balancer balancer(Fleet fleet, Host host) {
        var vars = LbVars.of(host);
        boolean isFirst = layer(fleet, host).filter(L1.asMatchPredicate()).isPresent();
        String tier = vars.text("tier").orElse(isFirst ? "l2" : "dns");
        if (fleet.tier(tier).isEmpty()) {
            throw new IllegalArgumentException(
                    host.name() + ": there is no tier '" + tier + "' to send to (set lb.tier)");
        }
        return new Balancer(host, tier, adminPort(host, vars), isFirst ? L2_PORT : DNS_PORT);
    }

    private static int adminPort(Host host, LbVars vars) {
        String admin = vars.text("admin").orElse("127.0.0.1:" + ADMIN_PORT);
        Matcher address = ADMIN.matcher(admin);
        if (!address.matches() || Integer.parseInt(address.group(1)) > 65_535) {
            throw new IllegalArgumentException(
                    host.name() + ": lb.admin: " + admin + " (expected: such as 127.0.0.1:" + ADMIN_PORT + ")");
        }
        return Integer.parseInt(address.group(1));
    }

    /**
     * The members are the hosts of the tier, with {@code lb.port}, {@code lb.weight} and {@code lb.group} as they say; one
     * with {@code lb.drain} drains, one that is out ({@link HostRecord#outage}) is down, unless nobody of its group would
     * be left: then outages of that group do not count, and the balancer's own checks decide.
     */
    static Drawn draw(Fleet fleet, Balancer balancer, Function<HostName, Optional<HostRecord>> known) {
        var members = new ArrayList<Member>();
        var out = new HashSet<String>();
        var notes = new ArrayList<String>();
        var addresses = new HashSet<String>();
        try {
            for (Host host : fleet.hosts().values()) {
                if (!host.tier().equals(balancer.tier())) {
                    continue;
                }
                Optional<HostRecord> record = known.apply(host.name());
                List<InetAddress> found = HostAddresses.of(host, record);
                var vars = LbVars.of(host);
                String name = host.name().value();
                if (found.isEmpty()) {
                    notes.add(name + " is left out: it has no IP address");
                    continue;
                }
                String address = text(found.getFirst()) + ":" + vars.number("port", balancer.memberPort(), 1, 65_535);
                if (!addresses.add(address)) {
                    notes.add(name + " is left out: " + address + " is another's");
                    continue;
                }
                members.add(new Member(
                        name,
                        address,
                        vars.number("weight", USUAL_WEIGHT, 0, MOST_WEIGHT),
                        vars.flag("drain") ? State.DRAIN : State.UP,
                        vars.text("group")));
                if (record.flatMap(HostRecord::outage).isPresent()) {
                    out.add(name);
                }
            }
            List<Member> judged = withoutOut(members, out, notes);
            if (judged.size() > MOST_MEMBERS) {
                return new Drawn.Impossible("tier " + balancer.tier() + " has " + judged.size()
                        + " hosts (expected: at most " + MOST_MEMBERS + ")");
            }
            if (judged.stream().noneMatch(member -> member.group().isEmpty() && member.isOfUse())) {
                return new Drawn.Impossible("nobody of tier " + balancer.tier() + " would be left to send to");
            }
            var groups = new HashSet<String>();
            judged.forEach(member -> member.group().ifPresent(groups::add));
            List<Map<String, Object>> canary = LbVars.of(balancer.host()).maps("canary").stream()
                    .filter(rule -> groups.contains(String.valueOf(rule.get("group"))))
                    .toList();
            return new Drawn.Ready(new PeersContent(balancer.tier(), judged, canary, notes));
        } catch (IllegalArgumentException e) {
            return new Drawn.Impossible(String.valueOf(e.getMessage()));
        }
    }

    private static List<Member> withoutOut(List<Member> members, Set<String> out, List<String> notes) {
        var useful = new HashSet<Optional<String>>();
        members.stream()
                .filter(member -> member.isOfUse() && !out.contains(member.name()))
                .forEach(member -> useful.add(member.group()));
        var judged = new ArrayList<Member>();
        var spared = new HashSet<Optional<String>>();
        for (Member member : members) {
            boolean isOut = out.contains(member.name()) && member.state() == State.UP;
            if (isOut && !useful.contains(member.group()) && spared.add(member.group())) {
                notes.add("everyone of "
                        + member.group().map(group -> "group " + group).orElse("the main group")
                        + " is out; all are given");
            }
            judged.add(
                    isOut && useful.contains(member.group())
                            ? new Member(member.name(), member.address(), member.weight(), State.DOWN, member.group())
                            : member);
        }
        return judged;
    }

    private static String text(InetAddress address) {
        String digits = address.getHostAddress();
        return address instanceof Inet6Address ? "[" + digits + "]" : digits;
    }
}
