package io.espalier.metrics.web;

import io.espalier.metrics.json.JsonText;
import io.espalier.metrics.query.Query;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What differs between two answers, leaf by leaf, the greatest change first; leaves pair by the part of their path
 * behind the keys.
 */
record Diff(List<Pair> pairs) {
    /** One leaf on both sides; where it is missing it counts as 0. */
    record Pair(String key, double a, double b) {
        double change() {
            return b - a;
        }
    }

    Diff {
        pairs = List.copyOf(pairs);
    }

    static Diff of(Query a, Map<String, Double> ofA, Query b, Map<String, Double> ofB) {
        Map<String, Double> left = relative(a, ofA);
        Map<String, Double> right = relative(b, ofB);
        var keys = new TreeMap<String, Pair>();
        left.forEach((key, value) -> keys.put(key, new Pair(key, value, right.getOrDefault(key, 0.0))));
        right.forEach((key, value) -> keys.putIfAbsent(key, new Pair(key, 0, value)));
        var pairs = new ArrayList<>(keys.values());
        pairs.sort(Comparator.comparingDouble((Pair pair) -> -Math.abs(pair.change()))
                .thenComparing(Pair::key));
        return new Diff(pairs);
    }

    private static Map<String, Double> relative(Query query, Map<String, Double> numbers) {
        int skip = query.literalPrefix().size();
        var relative = new TreeMap<String, Double>();
        numbers.forEach((key, number) -> {
            String rest = key;
            for (int i = 0; i < skip; i++) {
                int comma = rest.indexOf(',');
                rest = comma < 0 ? "" : rest.substring(comma + 1);
            }
            relative.merge(rest, number, Double::sum);
        });
        return relative;
    }

    double totalA() {
        return pairs.stream().mapToDouble(Pair::a).sum();
    }

    double totalB() {
        return pairs.stream().mapToDouble(Pair::b).sum();
    }

    /** Of all change up and down, what this pair makes. */
    double share(Pair pair) {
        double whole =
                pairs.stream().mapToDouble(each -> Math.abs(each.change())).sum();
        return whole == 0 ? 0 : Math.abs(pair.change()) / whole;
    }

    String json() {
        double whole =
                pairs.stream().mapToDouble(each -> Math.abs(each.change())).sum();
        var json = new JsonText().open('[');
        for (Pair pair : pairs) {
            json.open('{').name("key").text(pair.key);
            json.name("a").number(pair.a).name("b").number(pair.b);
            json.name("change").number(pair.change());
            json.name("ratio").number(pair.a == 0 ? Double.NaN : pair.b / pair.a);
            json.name("share")
                    .number(whole == 0 ? 0 : Math.abs(pair.change()) / whole)
                    .close('}');
        }
        return json.close(']').toString();
    }
}
