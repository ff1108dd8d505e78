package io.espalier.orchestrator.worker;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The numbers of a report, by where they stand in it; words of a state become 1 or 0. */
final class Leaves {

    private static final List<String> NAMING = List.of("name", "mount", "path", "device", "id");
    private static final Set<String> GOOD = Set.of("ok", "up", "running", "active", "alive");

    private Leaves() {}

    /**
     * @param numbers by path, such as {@code [disk, used]}
     * @param words of states, by path: what to leave a marker about when they change
     */
    record Found(Map<List<String>, Double> numbers, Map<List<String>, String> words) {}

    static Found of(Report report) {
        var found = new Found(new LinkedHashMap<>(), new LinkedHashMap<>());
        if (report.kind() == ReportKind.STATUS) {
            return found;
        }
        for (Map.Entry<String, JsonNode> entry : report.body().properties()) {
            // Services stand below their kind already
            boolean isKind =
                    report.kind() == ReportKind.SERVICE && entry.getKey().equals("service");
            if (!entry.getKey().equals("auid")) {
                collect(report.kind(), entry.getValue(), isKind ? List.of() : List.of(entry.getKey()), found);
            }
        }
        return found;
    }

    private static void collect(ReportKind kind, JsonNode node, List<String> path, Found found) {
        Optional<Double> number = ReportShape.number(node);
        if (number.isPresent()) {
            found.numbers.put(path, number.get());
        } else if (node.isBoolean()) {
            found.numbers.put(path, node.booleanValue() ? 1.0 : 0.0);
        } else if (node.isString()) {
            if (isState(kind, path)) {
                boolean isNamed = path.getLast().equals("state");
                List<String> subject = isNamed ? path.subList(0, path.size() - 1) : path;
                found.numbers.put(subject, GOOD.contains(node.stringValue()) ? 1.0 : 0.0);
                found.words.put(subject, node.stringValue());
            }
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                collect(kind, node.get(i), then(path, name(node.get(i), i)), found);
            }
        } else {
            node.properties().forEach(entry -> collect(kind, entry.getValue(), then(path, entry.getKey()), found));
        }
    }

    /** Whether the text there says how something is; others are only kept. */
    private static boolean isState(ReportKind kind, List<String> path) {
        return switch (kind) {
            case SERVICE ->
                path.size() == 1 || (path.size() == 2 && path.getLast().equals("state"));
            case BACKUP -> path.size() == 2 && Set.of("local", "push").contains(path.getLast());
            case STATUS, SYSINFO, DRIFT -> false;
        };
    }

    /** An element is called what it calls itself, so that a list in another order is the same. */
    private static String name(JsonNode element, int index) {
        return NAMING.stream()
                .map(element::get)
                .filter(name ->
                        name != null && name.isString() && !name.stringValue().isEmpty())
                .map(JsonNode::stringValue)
                .findFirst()
                .orElse(Integer.toString(index));
    }

    private static List<String> then(List<String> path, String name) {
        return Stream.concat(path.stream(), Stream.of(name)).toList();
    }
}
