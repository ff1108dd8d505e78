package io.espalier.orchestrator.fleet;

import io.espalier.orchestrator.source.Snapshot;
import io.espalier.protocol.HostName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where each variable of one host was written, and each host, in a fleet source that can be read. */
public final class VarOrigins {

    /** @param line from 1 */
    public record Written(String file, int line) {}

    private final Map<String, Written> variables = new HashMap<>();
    private final Map<String, Written> hosts = new HashMap<>();
    private final Problems problems = new Problems();
    private Optional<Written> name = Optional.empty();

    private VarOrigins() {}

    /** The layers are those of {@link Host#vars()}: all, tier, tags in their order, host file, host entry. */
    public static VarOrigins of(Snapshot fleet, HostName host) {
        var origins = new VarOrigins();
        var own = new ArrayList<Yaml.Entry>();
        for (String path : fleet.paths()) {
            if (FleetReader.HOSTS.matcher(path).matches()
                    && origins.parsed(fleet, path).orElse(null) instanceof Yaml.Entries entries) {
                entries.entries().forEach(entry -> origins.host(entry, host, own));
            }
        }
        if (origins.parsed(fleet, FleetFile.PATH).orElse(null) instanceof Yaml.Entries entries) {
            entries.entries().stream()
                    .filter(entry -> entry.key().equals("fleet"))
                    .forEach(entry -> origins.name = Optional.of(written(entry.at())));
        }
        origins.layer(fleet, "vars/all.yaml");
        own.forEach(entry -> named(entry, "tier").forEach(tier -> origins.layer(fleet, "vars/tier/" + tier + ".yaml")));
        own.forEach(entry -> named(entry, "tags").forEach(tag -> origins.layer(fleet, "vars/tag/" + tag + ".yaml")));
        origins.layer(fleet, "vars/host/" + host + ".yaml");
        own.forEach(entry -> child(entry, "vars").ifPresent(vars -> origins.walk("", vars)));
        return origins;
    }

    /** Of a variable such as {@code site.ports[0]}, or of the nearest thing that holds it. */
    public Optional<Written> variable(String path) {
        for (String at = path; !at.isEmpty(); at = parent(at)) {
            Written found = variables.get(at);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    /** Of the fleet's name. */
    public Optional<Written> name() {
        return name;
    }

    public Optional<Written> host(String hostName) {
        return Optional.ofNullable(hosts.get(hostName));
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
    }

    private void host(Yaml.Entry entry, HostName wanted, List<Yaml.Entry> own) {
        try {
            for (HostRange.Member member : HostRange.expand(entry.key())) {
                hosts.put(member.name(), written(entry.at()));
                if (member.name().equals(wanted.value())) {
                    own.add(entry);
                }
            }
        } catch (IllegalArgumentException _) {
            // no range; the reader has said so
        }
    }

    private Optional<Yaml> parsed(Snapshot fleet, String path) {
        return fleet.read(path).flatMap(content -> YamlParser.parse(path, content, problems));
    }

    private void layer(Snapshot fleet, String path) {
        parsed(fleet, path).ifPresent(yaml -> walk("", yaml));
    }

    /** As {@link Vars#overlaidBy}: maps merge, everything else is replaced with all that was in it. */
    private void walk(String path, Yaml yaml) {
        switch (yaml) {
            case Yaml.Entries map ->
                map.entries().forEach(entry -> {
                    String at = path.isEmpty() ? entry.key() : path + "." + entry.key();
                    if (!(entry.value() instanceof Yaml.Entries)) {
                        forget(at);
                    }
                    variables.put(at, written(entry.at()));
                    walk(at, entry.value());
                });
            case Yaml.Items list -> {
                for (int i = 0; i < list.items().size(); i++) {
                    Yaml item = list.items().get(i);
                    variables.put(path + "[" + i + "]", written(item.at()));
                    walk(path + "[" + i + "]", item);
                }
            }
            case Yaml.Scalar _ -> {}
        }
    }

    private void forget(String path) {
        variables.keySet().removeIf(known -> known.startsWith(path + ".") || known.startsWith(path + "["));
    }

    private static Written written(Place place) {
        return new Written(place.file(), place.line());
    }

    private static Optional<Yaml> child(Yaml.Entry entry, String key) {
        return entry.value() instanceof Yaml.Entries map
                ? map.entries().stream()
                        .filter(one -> one.key().equals(key))
                        .map(Yaml.Entry::value)
                        .findFirst()
                : Optional.empty();
    }

    /** One name or several. */
    private static List<String> named(Yaml.Entry entry, String key) {
        return child(entry, key)
                .map(yaml -> switch (yaml) {
                    case Yaml.Scalar one -> List.of(one.text());
                    case Yaml.Items many ->
                        many.items().stream()
                                .filter(Yaml.Scalar.class::isInstance)
                                .map(item -> ((Yaml.Scalar) item).text())
                                .toList();
                    case Yaml.Entries _ -> List.<String>of();
                })
                .orElse(List.of());
    }
}
