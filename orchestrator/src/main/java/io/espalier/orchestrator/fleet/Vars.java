package io.espalier.orchestrator.fleet;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Variables: a tree of maps, lists, strings, numbers and booleans, deeply immutable.
 *
 * @param values in the order in which they were written
 */
public record Vars(Map<String, Object> values) {

    public static final Vars NONE = new Vars(Map.of());

    public Vars {
        values = frozenMap(values);
    }

    /** These with {@code later} over them: maps merge, everything else, lists too, is replaced. */
    public Vars overlaidBy(Vars later) {
        return new Vars(merge(values, later.values));
    }

    private static Map<String, Object> merge(Map<?, ?> base, Map<?, ?> later) {
        var merged = new LinkedHashMap<String, Object>();
        base.forEach((key, value) -> merged.put((String) key, value));
        later.forEach((key, value) -> merged.merge(
                (String) key,
                value,
                (before, after) ->
                        before instanceof Map<?, ?> b && after instanceof Map<?, ?> a ? merge(b, a) : after));
        return merged;
    }

    private static Map<String, Object> frozenMap(Map<?, ?> map) {
        var copy = new LinkedHashMap<String, Object>();
        map.forEach((key, value) -> copy.put((String) key, frozen(value)));
        return Collections.unmodifiableMap(copy);
    }

    private static Object frozen(Object value) {
        return switch (value) {
            case Map<?, ?> map -> frozenMap(map);
            case List<?> list -> list.stream().map(Vars::frozen).toList();
            case String text -> text;
            case Number number -> number;
            case Boolean flag -> flag;
            default ->
                throw new IllegalArgumentException("variable of type "
                        + value.getClass().getSimpleName() + " (expected: map, list, text, number or boolean)");
        };
    }
}
