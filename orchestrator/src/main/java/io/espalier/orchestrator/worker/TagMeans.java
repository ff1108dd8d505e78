package io.espalier.orchestrator.worker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** For each tag, kind and path the mean over all workers with that tag; what a worker said before is taken out again. */
final class TagMeans {

    private record Sum(double sum, int count) {
        Sum plus(double value, int one) {
            return new Sum(sum + value, count + one);
        }
    }

    private record Group(String tag, ReportKind kind) {}

    private final Map<Group, Map<List<String>, Sum>> groups = new HashMap<>();

    void add(List<String> tags, ReportKind kind, Map<List<String>, Double> values) {
        for (String tag : tags) {
            Map<List<String>, Sum> sums = groups.computeIfAbsent(new Group(tag, kind), _ -> new HashMap<>());
            values.forEach(
                    (path, value) -> sums.merge(path, new Sum(value, 1), (before, one) -> before.plus(one.sum, 1)));
        }
    }

    void remove(List<String> tags, ReportKind kind, Map<List<String>, Double> values) {
        for (String tag : tags) {
            var group = new Group(tag, kind);
            Map<List<String>, Sum> sums = groups.getOrDefault(group, new HashMap<>());
            values.forEach((path, value) ->
                    sums.computeIfPresent(path, (_, before) -> before.count == 1 ? null : before.plus(-value, -1)));
            if (sums.isEmpty()) {
                groups.remove(group);
            }
        }
    }

    Optional<Double> mean(String tag, ReportKind kind, List<String> path) {
        return Optional.ofNullable(
                        groups.getOrDefault(new Group(tag, kind), Map.of()).get(path))
                .map(sum -> sum.sum / sum.count);
    }
}
