package io.espalier.orchestrator.fleet;

import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.HostName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the fleet source: {@code fleet.yaml}, {@code hosts.yaml}, {@code hosts/}, {@code units/} and {@code vars/}. Tells
 * everything that is wrong at once. Stateless and safe for several threads.
 */
public final class FleetReader {

    static final Pattern HOSTS = Pattern.compile("hosts\\.yaml|hosts/[^/]+\\.yaml");
    private static final Pattern UNITS = Pattern.compile("units/[^/]+\\.yaml");
    private static final Pattern VARS = Pattern.compile("vars/(?:all|(tier|tag|host)/([^/]+))\\.yaml");

    /** Near misses of the above, which would else be silently left out. */
    private static final Pattern MISPLACED =
            Pattern.compile("(fleet|hosts)\\.ya?ml|(hosts|units|vars)/.*\\.ya?ml", Pattern.CASE_INSENSITIVE);

    public FleetReading read(Snapshot source) {
        var problems = new Problems();
        Optional<FleetFile> file = readFleetFile(source, problems);
        var hosts = new HostFiles(problems);
        var units = new ArrayList<UnitFile>();
        var vars = new VarsFiles();
        var varsFiles = new ArrayList<String>();
        for (String path : source.paths()) {
            if (HOSTS.matcher(path).matches()) {
                parsed(source, path, problems).ifPresent(hosts::add);
            } else if (UNITS.matcher(path).matches()) {
                parsed(source, path, problems)
                        .flatMap(yaml -> UnitFile.read(yaml, problems))
                        .ifPresent(units::add);
            } else if (VARS.matcher(path).matches()) {
                varsFiles.add(path);
                content(source, path, problems).ifPresent(content -> vars.add(path, content, problems));
            } else if (MISPLACED.matcher(path).matches() && !path.equals(FleetFile.PATH)) {
                problems.add(Place.startOf(path)
                        .warning("is not read: files are fleet.yaml, hosts.yaml, hosts/NAME.yaml,"
                                + " units/NAME.yaml, vars/all.yaml and vars/{tier,tag,host}/NAME.yaml"));
            }
        }
        if (file.isEmpty()) {
            return new FleetReading(Optional.empty(), problems.sorted());
        }
        var check = new CrossCheck(file.get(), hosts.entries(), units, problems);
        check.hosts();
        check.varsFiles(varsFiles.stream().map(FleetReader::varsScope).toList());
        List<UnitSpec> ordered = check.unitsInOrder();
        Fleet fleet = fleet(file.get(), withVars(hosts.entries(), vars), ordered);
        check.matches(fleet);
        return new FleetReading(problems.hasErrors() ? Optional.empty() : Optional.of(fleet), problems.sorted());
    }

    private static Optional<FleetFile> readFleetFile(Snapshot source, Problems problems) {
        if (!source.paths().contains(FleetFile.PATH)) {
            problems.add(Problem.error(FleetFile.PATH, 0, 0, "is missing", "start with 'fleet: NAME' and 'tiers:'"));
            return Optional.empty();
        }
        return parsed(source, FleetFile.PATH, problems).map(yaml -> FleetFile.read(yaml, problems));
    }

    private static Optional<Yaml> parsed(Snapshot source, String path, Problems problems) {
        return content(source, path, problems).flatMap(content -> YamlParser.parse(path, content, problems));
    }

    private static Optional<byte[]> content(Snapshot source, String path, Problems problems) {
        try {
            return source.read(path);
        } catch (SourceException e) {
            problems.add(Problem.error(path, 0, 0, String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    /** The kind and the name in a path such as {@code vars/tier/web.yaml}; no kind for {@code vars/all.yaml}. */
    private static CrossCheck.VarsScope varsScope(String path) {
        Matcher matcher = VARS.matcher(path);
        return matcher.matches() && matcher.group(1) != null
                ? new CrossCheck.VarsScope(path, matcher.group(1), matcher.group(2))
                : new CrossCheck.VarsScope(path, "", "");
    }

    /** Later wins: all, tier, tags in the order in which the host lists them, host file, host entry. */
    private static SortedMap<HostName, Host> withVars(SortedMap<HostName, HostFiles.Entry> entries, VarsFiles vars) {
        var hosts = new TreeMap<HostName, Host>();
        for (Map.Entry<HostName, HostFiles.Entry> named : entries.entrySet()) {
            HostFiles.Entry entry = named.getValue();
            Vars merged = vars.all();
            if (entry.tier().isPresent()) {
                merged = merged.overlaidBy(vars.tier(entry.tier().get().name()));
            }
            for (Named tag : entry.tags()) {
                merged = merged.overlaidBy(vars.tag(tag.name()));
            }
            merged = merged.overlaidBy(vars.host(entry.name().value())).overlaidBy(entry.own());
            hosts.put(named.getKey(), entry.with(merged));
        }
        return hosts;
    }

    private static Fleet fleet(FleetFile file, SortedMap<HostName, Host> hosts, List<UnitSpec> units) {
        return new Fleet(
                file.name(),
                file.sources(),
                file.tiers(),
                hosts,
                units,
                file.rollout(),
                file.heal(),
                file.driftCheck());
    }
}
