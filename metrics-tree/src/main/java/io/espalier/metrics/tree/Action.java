package io.espalier.metrics.tree;

import java.util.Locale;
import java.util.Optional;

/**
 * How a leaf takes in what is pushed to it. Each one is associative and commutative, so parts may be
 * merged in any order and grouping: by threads, by shards or by relays.
 */
@SuppressWarnings("EnumOrdinal")
public enum Action {
    /** The sum of all values. */
    ADD,
    /** The mean of all values; held as sum and count. */
    AVERAGE,
    MIN,
    MAX,
    /** The value with the newest time of its own (as Graphite sends it), else of receipt. Ties: the greater value. */
    LAST,
    /** The value received last, whatever time it carries. Ties: the greater value. */
    SET,
    /** All values, as a distribution: percentiles within 1 %. */
    SKETCH,
    /** How many different values there were, within about 2 %. */
    UNIQUE,
    /** The most frequent values and how often they came. */
    TOP;

    private static final Action[] ALL = values();

    /** As it is written in {@code defaultaction}, such as {@code average}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Action> parse(String word) {
        for (Action action : ALL) {
            if (action.word().equals(word)) {
                return Optional.of(action);
            }
        }
        return switch (word) {
            case "avg", "mean" -> Optional.of(AVERAGE);
            case "sum" -> Optional.of(ADD);
            default -> Optional.empty();
        };
    }

    /** 1 and up; 0 stands for none. */
    int code() {
        return ordinal() + 1;
    }

    static Action of(int code) {
        return ALL[code - 1];
    }

    /** Whether a leaf that goes away may be added to {@code ~other} and still mean something. */
    boolean folds() {
        return this != LAST && this != SET;
    }
}
