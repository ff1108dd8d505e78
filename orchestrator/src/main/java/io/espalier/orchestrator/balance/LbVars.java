package io.espalier.orchestrator.balance;

import io.espalier.orchestrator.fleet.Host;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A host's variables below {@code lb}. What is of the wrong kind ends in an {@link IllegalArgumentException} that says so. */
record LbVars(String host, Map<?, ?> values) {

    static LbVars of(Host host) {
        Object lb = host.vars().values().get("lb");
        return new LbVars(host.name().value(), lb instanceof Map<?, ?> map ? map : Map.of());
    }

    Optional<String> text(String key) {
        return switch (values.get(key)) {
            case null -> Optional.empty();
            case String text -> Optional.of(text);
            default -> throw wrong(key, "text");
        };
    }

    int number(String key, int usual, int least, int most) {
        return switch (values.get(key)) {
            case null -> usual;
            case Number number
            when number.doubleValue() == number.longValue()
                    && number.longValue() >= least
                    && number.longValue() <= most -> number.intValue();
            default -> throw wrong(key, least + " to " + most);
        };
    }

    boolean flag(String key) {
        return switch (values.get(key)) {
            case null -> false;
            case Boolean flag -> flag;
            default -> throw wrong(key, "true or false");
        };
    }

    @SuppressWarnings("unchecked") // keys of variables are text
    List<Map<String, Object>> maps(String key) {
        return switch (values.get(key)) {
            case null -> List.of();
            case List<?> list
            when list.stream().allMatch(one -> one instanceof Map<?, ?>) ->
                list.stream().map(one -> (Map<String, Object>) one).toList();
            default -> throw wrong(key, "a list of rules");
        };
    }

    private IllegalArgumentException wrong(String key, String expected) {
        return new IllegalArgumentException(
                host + ": lb." + key + ": " + values.get(key) + " (expected: " + expected + ")");
    }
}
