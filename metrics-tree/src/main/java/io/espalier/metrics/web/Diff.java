package io.espalier.metrics.web;

import io.espalier.metrics.json.JsonText;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.Result;
import io.espalier.metrics.query.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What differs between two answers, leaf by leaf; leaves pair by the part of their path behind the keys. */
final class Diff {
    private record Pair(String key, double a, double b) {
        double change() {
            return b - a;
        }
    }

    private Diff() {}

    static String json(Query a, List<Result> ofA, Query b, List<Result> ofB) {
        Map<String, Double> left = numbers(a, ofA);
        Map<String, Double> right = numbers(b, ofB);
        var keys = new TreeMap<String, Pair>();
        left.forEach((key, value) -> keys.put(key, new Pair(key, value, right.getOrDefault(key, 0.0))));
        right.forEach((key, value) -> keys.putIfAbsent(key, new Pair(key, 0, value)));
        var pairs = new ArrayList<>(keys.values());
        pairs.sort(Comparator.comparingDouble((Pair pair) -> -Math.abs(pair.change()))
                .thenComparing(Pair::key));
        double whole =
                pairs.stream().mapToDouble(pair -> Math.abs(pair.change())).sum();
        var json = new JsonText().open('[');
        for (Pair pair : pairs) {
            json.open('{')
                    .name("key")
                    .text(pair.key)
                    .name("a")
                    .number(pair.a)
                    .name("b")
                    .number(pair.b);
            json.name("change").number(pair.change());
            json.name("ratio").number(pair.a == 0 ? Double.NaN : pair.b / pair.a);
            json.name("share")
                    .number(whole == 0 ? 0 : Math.abs(pair.change()) / whole)
                    .close('}');
        }
        return json.close(']').toString();
    }

    private static Map<String, Double> numbers(Query query, List<Result> results) {
        int skip = query.literalPrefix().size();
        var numbers = new TreeMap<String, Double>();
        for (Result result : results) {
            if (result.value() instanceof Value.Scalar(double number)) {
                String rest = result.key();
                for (int i = 0; i < skip; i++) {
                    int comma = rest.indexOf(',');
                    rest = comma < 0 ? "" : rest.substring(comma + 1);
                }
                numbers.merge(rest, number, Double::sum);
            }
        }
        return numbers;
    }
}
