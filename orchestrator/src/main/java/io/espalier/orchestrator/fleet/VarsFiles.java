package io.espalier.orchestrator.fleet;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The {@code vars/} files of a fleet: what applies to all, to a tier, to a tag, to one host. */
final class VarsFiles {

    private final Map<String, Vars> byFile = new LinkedHashMap<>();

    /** Adds the file at {@code path}; what is wrong with it becomes a problem and is left out. */
    void add(String path, byte[] content, Problems problems) {
        YamlParser.parse(path, content, problems).ifPresent(yaml -> byFile.put(path, read(yaml, "", problems)));
    }

    Vars all() {
        return file("vars/all.yaml");
    }

    Vars tier(String tier) {
        return file("vars/tier/" + tier + ".yaml");
    }

    Vars tag(String tag) {
        return file("vars/tag/" + tag + ".yaml");
    }

    Vars host(String host) {
        return file("vars/host/" + host + ".yaml");
    }

    private Vars file(String path) {
        return byFile.getOrDefault(path, Vars.NONE);
    }

    /** Variables from a map in a file; a value without a meaning is a problem and is left out. */
    static Vars read(Yaml yaml, String about, Problems problems) {
        if (!(yaml instanceof Yaml.Entries map)) {
            problems.add(yaml.at().error(about + "expected variables (name: value), not " + yaml.described()));
            return Vars.NONE;
        }
        for (Yaml.Entry entry : map.entries()) {
            if (entry.key().equals("sops")) {
                problems.add(entry.at().error(about + "'sops' is not supported by this version of Espalier"));
                return Vars.NONE;
            }
        }
        return new Vars(values(map, about, problems));
    }

    private static Map<String, Object> values(Yaml.Entries map, String about, Problems problems) {
        var values = new LinkedHashMap<String, Object>();
        for (Yaml.Entry entry : map.entries()) {
            if (entry.key().isBlank()) {
                problems.add(entry.at().error(about + "a variable without a name"));
            } else {
                value(entry.key(), entry.value(), about, problems).ifPresent(value -> values.put(entry.key(), value));
            }
        }
        return values;
    }

    private static Optional<Object> value(String name, Yaml yaml, String about, Problems problems) {
        return switch (yaml) {
            case Yaml.Entries map -> Optional.of(values(map, about, problems));
            case Yaml.Items list -> {
                List<Object> items = new ArrayList<>();
                list.items().forEach(item -> value(name, item, about, problems).ifPresent(items::add));
                yield Optional.of(items);
            }
            case Yaml.Scalar scalar -> scalar(name, scalar, about, problems);
        };
    }

    private static Optional<Object> scalar(String name, Yaml.Scalar scalar, String about, Problems problems) {
        Optional<Object> value = switch (scalar.kind()) {
            case TEXT -> Optional.of(scalar.text());
            case FLAG -> Optional.of(Boolean.parseBoolean(scalar.text()));
            case INTEGER, DECIMAL -> Scalars.number(scalar).map(number -> number);
            case NOTHING -> Optional.empty();
        };
        if (value.isEmpty()) {
            problems.add(
                    scalar.kind() == Yaml.Scalar.Kind.NOTHING
                            ? scalar.at()
                                    .error(
                                            about + "variable '" + name + "' has no value",
                                            "write \"\" for an empty text")
                            : scalar.at()
                                    .error(
                                            about + "variable '" + name + "': " + Scalars.shown(scalar.text())
                                                    + " is no number that can be used",
                                            "write it in quotes"));
        }
        return value;
    }
}
