package io.espalier.metrics.graph;

import io.espalier.metrics.graph.Shape.Anchor;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Shapes as SVG 1.1, without styles or scripts, so that any policy lets it show. */
final class Svg {
    private Svg() {}

    static String of(GraphPlan plan, List<Shape> shapes) {
        var out = new StringBuilder();
        out.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
                        + "font-family=\"Helvetica, Arial, sans-serif\">\n<title>%s</title>\n",
                plan.width(),
                plan.height(),
                plan.width(),
                plan.height(),
                escape(plan.title())));
        shapes.forEach(shape -> out.append(of(shape)).append('\n'));
        return out.append("</svg>\n").toString();
    }

    private static String of(Shape shape) {
        return switch (shape) {
            case Shape.Box(double x, double y, double width, double height, String colour, double opacity) ->
                "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"%s/>"
                        .formatted(n(x), n(y), n(width), n(height), colour, opacity(opacity));
            case Shape.Path(var points, String colour, double width, boolean isDashed) ->
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" stroke-linejoin=\"round\"%s/>"
                        .formatted(points(points), colour, n(width), isDashed ? " stroke-dasharray=\"4 3\"" : "");
            case Shape.Area(var points, String colour, double opacity) ->
                "<polygon points=\"%s\" fill=\"%s\"%s/>".formatted(points(points), colour, opacity(opacity));
            case Shape.Label(
                    double x,
                    double y,
                    String text,
                    double size,
                    Anchor anchor,
                    String colour,
                    boolean isBold) ->
                "<text x=\"%s\" y=\"%s\" font-size=\"%s\" fill=\"%s\"%s%s>%s</text>"
                        .formatted(
                                n(x),
                                n(y),
                                n(size),
                                colour,
                                anchor == Anchor.START
                                        ? ""
                                        : " text-anchor=\"" + anchor.name().toLowerCase(Locale.ROOT) + "\"",
                                isBold ? " font-weight=\"bold\"" : "",
                                escape(text));
        };
    }

    private static String opacity(double opacity) {
        return opacity == 1 ? "" : " fill-opacity=\"" + n(opacity) + "\"";
    }

    private static String points(List<Shape.Point> points) {
        return points.stream().map(point -> n(point.x()) + "," + n(point.y())).collect(Collectors.joining(" "));
    }

    /** Two digits behind the point at most. */
    static String n(double value) {
        long hundredths = Math.round(value * 100);
        if (hundredths % 100 == 0) {
            return Long.toString(hundredths / 100);
        }
        return String.format(Locale.ROOT, "%.2f", hundredths / 100.0).replaceAll("0$", "");
    }

    static String escape(String text) {
        var out = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> {
                    // XML has no way to write other control characters.
                    if (c >= ' ' || c == '\n' || c == '\t') {
                        out.appendCodePoint(c);
                    }
                }
            }
        });
        return out.toString();
    }
}
