package io.espalier.metrics.graph;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How a picture looks where nothing else is said. */
public enum Style {
    /** Percent of processors: stacked areas from 0 to 100. */
    CPU(Kind.STACK, "%", List.of("#5b8ff9", "#f6903d", "#e8684a", "#9270ca", "#269a99", "#c2c8d5")),
    /** Traffic: what comes in above the axis, what goes out below; bytes in thousands. */
    NET(Kind.AREA, "B", List.of("#2a9d4a", "#2f6fde", "#8fce9f", "#8fb4f2", "#c58b00", "#a05fb5")),
    /** Counts of things such as URLs: bars. */
    URL(Kind.BAR, "", List.of("#4c78a8", "#f58518", "#54a24b", "#e45756", "#72b7b2", "#b279a2", "#ff9da6", "#9d755d")),
    DEFAULT(
            Kind.LINE,
            "",
            List.of(
                    "#4c78a8", "#f58518", "#54a24b", "#e45756", "#72b7b2", "#b279a2", "#ff9da6", "#9d755d", "#bab0ac",
                    "#eeca3b"));

    /** How a series is drawn. */
    public enum Kind {
        LINE,
        AREA,
        STACK,
        BAR;

        public static Optional<Kind> parse(String word) {
            return find(values(), word);
        }
    }

    private final Kind kind;
    private final String unit;
    private final List<String> colours;

    Style(Kind kind, String unit, List<String> colours) {
        this.kind = kind;
        this.unit = unit;
        this.colours = colours;
    }

    public Kind kind() {
        return kind;
    }

    String unit() {
        return unit;
    }

    String colour(int i) {
        return colours.get(i % colours.size());
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Style> parse(String word) {
        return find(values(), word);
    }

    private static <E extends Enum<E>> Optional<E> find(E[] all, String word) {
        for (E each : all) {
            if (each.name().equalsIgnoreCase(word)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
