package io.espalier.orchestrator.fleet;

import io.espalier.protocol.HostName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What can only be judged with all files at hand: names that must exist, order among units, who matches whom. */
final class CrossCheck {

    /**
     * A file below {@code vars/}.
     *
     * @param kind tier, tag or host; empty for {@code vars/all.yaml}
     */
    record VarsScope(String path, String kind, String name) {}

    private final SortedMap<HostName, HostFiles.Entry> hosts;
    private final List<UnitFile> units;
    private final Problems problems;
    private final Set<String> tierNames = new LinkedHashSet<>();
    private final Set<String> tagNames = new TreeSet<>();
    private final Set<String> hostNames = new LinkedHashSet<>();
    private final NavigableMap<String, UnitFile> unitsByName = new TreeMap<>();

    /** Whether every host is known; otherwise what seems to name none may name one that could not be read. */
    private final boolean allHostsRead;

    CrossCheck(FleetFile fleet, SortedMap<HostName, HostFiles.Entry> hosts, List<UnitFile> units, Problems problems) {
        this.hosts = hosts;
        this.units = units;
        this.problems = problems;
        this.allHostsRead = !problems.hasErrorIn(FleetReader.HOSTS);
        fleet.tiers().forEach(tier -> tierNames.add(tier.name()));
        hosts.values().forEach(host -> {
            hostNames.add(host.name().value());
            host.tags().forEach(tag -> tagNames.add(tag.name()));
        });
    }

    /** Tiers and jump hosts. */
    void hosts() {
        var told = new HashSet<Place>(); // one entry can stand for thousands of hosts
        for (HostFiles.Entry host : hosts.values()) {
            host.tier()
                    .filter(tier -> !tierNames.contains(tier.name()) && told.add(tier.at()))
                    .ifPresent(tier -> problems.add(tier.at()
                            .error(
                                    host.name() + ": unknown tier '" + tier.name() + "'",
                                    Nearest.hint(tier.name(), tierNames))));
            host.jump()
                    .filter(jump -> !hostNames.contains(jump.name()) && told.add(jump.at()))
                    .ifPresent(jump -> problems.add(jump.at()
                            .error(
                                    host.name() + ": unknown host '" + jump.name() + "' in 'jump'",
                                    Nearest.hint(jump.name(), hostNames))));
            refuseJumpLoop(host, told);
        }
    }

    private void refuseJumpLoop(HostFiles.Entry host, Set<Place> told) {
        var passed = new LinkedHashSet<String>();
        HostFiles.Entry at = host;
        while (at != null && at.jump().isPresent()) {
            if (!passed.add(at.name().value())) {
                Place place = host.jump().orElseThrow().at();
                if (told.add(place)) {
                    problems.add(
                            place.error(host.name() + ": 'jump' goes in a circle: " + String.join(" -> ", passed)));
                }
                return;
            }
            at = hosts.get(at.ssh().jump().orElseThrow());
        }
    }

    void varsFiles(List<VarsScope> files) {
        for (VarsScope file : files) {
            Place start = Place.startOf(file.path());
            switch (file.kind()) {
                case "tier" -> refuseUnknown(start, "tier", file.name(), tierNames, "");
                case "host" -> refuseUnknownHost(start, file.name(), "");
                case "tag" -> warnUnknownTag(start, file.name(), "");
                default -> {
                    // applies to all
                }
            }
        }
    }

    /** What a unit needs comes before it; where nothing decides, by name. Complains of unknown names, doubles, circles. */
    List<UnitSpec> unitsInOrder() {
        for (UnitFile unit : units) {
            UnitFile other = unitsByName.putIfAbsent(unit.spec().name(), unit);
            if (other != null) {
                problems.add(unit.at()
                        .error("unit '" + unit.spec().name() + "' is there twice", "the other is " + other.at()));
            }
        }
        for (UnitFile unit : unitsByName.values()) {
            String about = unit.spec().name() + ": ";
            unit.tiers().forEach(tier -> refuseUnknown(tier.at(), "tier", tier.name(), tierNames, about));
            unit.hosts().forEach(host -> refuseUnknownHost(host.at(), host.name(), about));
            unit.tags().forEach(tag -> warnUnknownTag(tag.at(), tag.name(), about));
            unit.needs().forEach(need -> refuseUnknown(need.at(), "unit", need.name(), unitsByName.keySet(), about));
        }
        return new NeedsOrder().ordered();
    }

    /** Hosts without units and units without hosts; not told while hosts are wrong, since it may be for that only. */
    void matches(Fleet fleet) {
        if (problems.hasErrorIn(FleetReader.HOSTS)) {
            return;
        }
        var unmatchedUnits = new HashMap<String, UnitFile>(unitsByName);
        for (Host host : fleet.hosts().values()) {
            List<UnitSpec> matching = fleet.unitsOf(host);
            matching.forEach(unit -> unmatchedUnits.remove(unit.name()));
            if (matching.isEmpty()) {
                HostFiles.Entry entry = hosts.get(host.name());
                if (entry != null) {
                    problems.add(entry.at().warning(host.name() + ": no unit matches this host"));
                }
            }
        }
        unmatchedUnits
                .values()
                .forEach(unit -> problems.add(unit.at().warning(unit.spec().name() + ": no host matches this unit")));
    }

    private void refuseUnknown(Place at, String kind, String name, Set<String> known, String about) {
        if (!known.contains(name)) {
            problems.add(
                    at.error(about + "unknown " + kind + " '" + Scalars.shown(name) + "'", Nearest.hint(name, known)));
        }
    }

    private void refuseUnknownHost(Place at, String name, String about) {
        if (allHostsRead) {
            refuseUnknown(at, "host", name, hostNames, about);
        }
    }

    /** Only a warning: the last host with a tag may go before what the tag was for. */
    private void warnUnknownTag(Place at, String tag, String about) {
        if (allHostsRead && !tagNames.contains(tag)) {
            String near = Nearest.hint(tag, tagNames);
            problems.add(at.warning(
                    about + "no host has the tag '" + Scalars.shown(tag) + "'" + (near.isEmpty() ? "" : ", " + near)));
        }
    }

    /** Depth first, so that a circle is told as the way around it. */
    private final class NeedsOrder {
        private final Set<String> done = new LinkedHashSet<>();
        private final List<String> way = new ArrayList<>();
        private final Set<String> inCircle = new HashSet<>();

        List<UnitSpec> ordered() {
            unitsByName.keySet().forEach(this::visit);
            return done.stream()
                    .flatMap(name -> Optional.ofNullable(unitsByName.get(name)).stream())
                    .map(UnitFile::spec)
                    .toList();
        }

        private void visit(String name) {
            UnitFile unit = unitsByName.get(name);
            if (unit == null || done.contains(name)) {
                return;
            }
            way.add(name);
            for (Named need : unit.needs()) {
                int back = way.indexOf(need.name());
                if (back >= 0) {
                    List<String> circle = new ArrayList<>(way.subList(back, way.size()));
                    circle.add(need.name());
                    if (inCircle.addAll(circle)) {
                        problems.add(
                                need.at().error(name + ": 'needs' goes in a circle: " + String.join(" -> ", circle)));
                    }
                } else {
                    visit(need.name());
                }
            }
            way.removeLast();
            done.add(name);
        }
    }
}
