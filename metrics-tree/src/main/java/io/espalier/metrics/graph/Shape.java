package io.espalier.metrics.graph;

import java.util.List;

/** What pictures are made of; pixels from the top left. */
sealed interface Shape {
    /** Corners. */
    record Point(double x, double y) {}

    record Box(double x, double y, double width, double height, String colour, double opacity) implements Shape {}

    record Path(List<Point> points, String colour, double width, boolean isDashed) implements Shape {}

    record Area(List<Point> points, String colour, double opacity) implements Shape {}

    /** @param y of the base line */
    record Label(double x, double y, String text, double size, Anchor anchor, String colour, boolean isBold)
            implements Shape {}

    /** Which part of a label stands at its x. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }
}
