package io.espalier.metrics.query;

import java.util.Optional;

/**
 * Makes one number of all that a segment matched.
 *
 * @param q the quantile, for {@link Kind#QUANTILE} only
 */
public record Reducer(Kind kind, double q) {

    public enum Kind {
        SUM,
        /** The mean of what was matched, each with the same weight. */
        AVG,
        /** The mean by weight: an average leaf counts as often as it was merged. */
        WAVG,
        MIN,
        MAX,
        COUNT,
        /** Reduces nothing: one result for each match. */
        LIST,
        QUANTILE,
        /** How many different values the unique leaves have seen together. */
        UNIQUE
    }

    /** From its name in a key: {@code sum}, {@code p99}, {@code p99.9}. */
    public static Optional<Reducer> parse(String name) {
        return switch (name) {
            case "sum" -> Optional.of(new Reducer(Kind.SUM, 0));
            case "avg" -> Optional.of(new Reducer(Kind.AVG, 0));
            case "wavg" -> Optional.of(new Reducer(Kind.WAVG, 0));
            case "min" -> Optional.of(new Reducer(Kind.MIN, 0));
            case "max" -> Optional.of(new Reducer(Kind.MAX, 0));
            case "count" -> Optional.of(new Reducer(Kind.COUNT, 0));
            case "list" -> Optional.of(new Reducer(Kind.LIST, 0));
            case "unique" -> Optional.of(new Reducer(Kind.UNIQUE, 0));
            default -> quantile(name);
        };
    }

    private static Optional<Reducer> quantile(String name) {
        if (!name.matches("p(100|\\d{1,2}(\\.\\d{1,4})?)")) {
            return Optional.empty();
        }
        return Optional.of(new Reducer(Kind.QUANTILE, Double.parseDouble(name.substring(1)) / 100));
    }
}
