package io.espalier.metrics.graph;

import java.util.List;
import java.util.Optional;

/**
 * What to draw.
 *
 * @param width  in pixels, 100 to 4000
 * @param height in pixels, 60 to 3000
 * @param from   seconds since 1970, of the left edge
 * @param to     of the right edge
 * @param least  of the value axis; empty: by the values, and never above 0
 * @param most   of the value axis; empty: by the values
 */
public record GraphPlan(
        String title,
        int width,
        int height,
        Theme theme,
        Style style,
        Style.Kind kind,
        XAxis axis,
        long from,
        long to,
        Optional<Double> least,
        Optional<Double> most,
        List<Line> lines,
        List<Mark> marks) {

    /** Colours of paper and ink. */
    public enum Theme {
        LIGHT("#ffffff", "#1b1f24", "#d7dce2", "#5a636e"),
        DARK("#14171c", "#e6e9ed", "#343b45", "#9aa4b1");

        final String paper;
        final String ink;
        final String grid;
        final String faint;

        Theme(String paper, String ink, String grid, String faint) {
            this.paper = paper;
            this.ink = ink;
            this.grid = grid;
            this.faint = faint;
        }
    }

    /** What stands along the bottom. */
    public enum XAxis {
        TIME,
        /** A bar for each series, of its newest value: who is the greatest. */
        KEY
    }

    /**
     * One series.
     *
     * @param values evenly from left to right; NaN is a gap
     */
    public record Line(String label, List<Double> values, boolean isDashed) {
        public Line {
            values = List.copyOf(values);
        }

        double newest() {
            for (int i = values.size() - 1; i >= 0; i--) {
                if (!Double.isNaN(values.get(i))) {
                    return values.get(i);
                }
            }
            return Double.NaN;
        }
    }

    /** A moment, or with {@code to > from} a range, that is marked. */
    public record Mark(long from, long to, String text) {}

    public GraphPlan {
        if (width < 100 || width > 4000 || height < 60 || height > 3000) {
            throw new IllegalArgumentException(
                    "width and height: " + width + " by " + height + " (expected: 100 to 4000 by 60 to 3000)");
        }
        if (to <= from) {
            throw new IllegalArgumentException("from: " + from + " to " + to + " (expected: the earlier one first)");
        }
        lines = List.copyOf(lines);
        marks = List.copyOf(marks);
    }
}
