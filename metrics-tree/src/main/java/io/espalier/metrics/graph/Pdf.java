package io.espalier.metrics.graph;

import io.espalier.metrics.graph.Shape.Anchor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Shapes as a PDF 1.4 of one page, a point a pixel, in the Helvetica that every reader has; characters beyond Latin 1
 * are written as question marks. It is uncompressed and has no date, so the same shapes give the same bytes.
 */
final class Pdf {
    private final GraphPlan plan;
    private final StringBuilder content = new StringBuilder();
    /** Opacities in use; each is a graphics state. */
    private final Set<String> opacities = new LinkedHashSet<>();

    private Pdf(GraphPlan plan) {
        this.plan = plan;
    }

    static byte[] of(GraphPlan plan, List<Shape> shapes) {
        var pdf = new Pdf(plan);
        shapes.forEach(pdf::draw);
        return pdf.file().getBytes(StandardCharsets.ISO_8859_1);
    }

    private void draw(Shape shape) {
        switch (shape) {
            case Shape.Box(double x, double y, double width, double height, String colour, double opacity) -> {
                content.append("q ")
                        .append(state(opacity))
                        .append(colour(colour))
                        .append(" rg ");
                content.append(
                        "%s %s %s %s re f Q\n".formatted(n(x), n(plan.height() - y - height), n(width), n(height)));
            }
            case Shape.Path(var points, String colour, double width, boolean isDashed) -> {
                content.append("q ")
                        .append(colour(colour))
                        .append(" RG ")
                        .append(n(width))
                        .append(" w 1 j ");
                content.append(isDashed ? "[4 3] 0 d " : "")
                        .append(outline(points))
                        .append("S Q\n");
            }
            case Shape.Area(var points, String colour, double opacity) ->
                content.append("q ")
                        .append(state(opacity))
                        .append(colour(colour))
                        .append(" rg ")
                        .append(outline(points))
                        .append("h f Q\n");
            case Shape.Label(
                    double x,
                    double y,
                    String text,
                    double size,
                    Anchor anchor,
                    String colour,
                    boolean isBold) -> {
                double width = Fonts.width(text, size);
                double start = switch (anchor) {
                    case START -> x;
                    case MIDDLE -> x - width / 2;
                    case END -> x - width;
                };
                content.append("BT ").append(colour(colour)).append(" rg /").append(isBold ? "B " : "F ");
                content.append(
                        "%s Tf %s %s Td (%s) Tj ET\n".formatted(n(size), n(start), n(plan.height() - y), escape(text)));
            }
        }
    }

    private String state(double opacity) {
        if (opacity == 1) {
            return "";
        }
        opacities.add(n(opacity));
        return "/G" + List.copyOf(opacities).indexOf(n(opacity)) + " gs ";
    }

    private String outline(List<Shape.Point> points) {
        var out = new StringBuilder();
        for (int i = 0; i < points.size(); i++) {
            Shape.Point point = points.get(i);
            out.append(n(point.x()))
                    .append(' ')
                    .append(n(plan.height() - point.y()))
                    .append(i == 0 ? " m " : " l ");
        }
        return out.toString();
    }

    private static String n(double value) {
        return Svg.n(value);
    }

    private static String colour(String hex) {
        var out = new StringBuilder();
        for (int i = 1; i < 7; i += 2) {
            out.append(i > 1 ? " " : "")
                    .append(String.format(Locale.ROOT, "%.3f", Integer.parseInt(hex, i, i + 2, 16) / 255.0));
        }
        return out.toString();
    }

    private static String escape(String text) {
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '(' || c == ')' || c == '\\') {
                out.append('\\').append(c);
            } else if (c == '…') {
                out.append("\\205");
            } else {
                out.append(c >= ' ' && c < 127 || c > 160 && c < 256 ? c : '?');
            }
        }
        return out.toString();
    }

    private String file() {
        var states = new StringBuilder();
        int i = 0;
        for (String opacity : opacities) {
            states.append("/G").append(i++).append(" << /ca ").append(opacity).append(" >> ");
        }
        List<String> objects = List.of(
                "<< /Type /Catalog /Pages 2 0 R >>",
                "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 " + plan.width() + " " + plan.height()
                        + "] /Contents 4 0 R /Resources << /Font << /F 5 0 R /B 6 0 R >> /ExtGState << " + states
                        + ">> >> >>",
                "<< /Length " + content.length() + " >>\nstream\n" + content + "endstream",
                "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
                "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>");
        var out = new StringBuilder("%PDF-1.4\n");
        var offsets = new ArrayList<Integer>();
        for (int o = 0; o < objects.size(); o++) {
            offsets.add(out.length());
            out.append(o + 1).append(" 0 obj\n").append(objects.get(o)).append("\nendobj\n");
        }
        int table = out.length();
        out.append("xref\n0 ").append(objects.size() + 1).append("\n0000000000 65535 f \n");
        offsets.forEach(offset -> out.append("%010d 00000 n \n".formatted(offset)));
        out.append("trailer\n<< /Size ").append(objects.size() + 1).append(" /Root 1 0 R >>\nstartxref\n");
        return out.append(table).append("\n%%EOF\n").toString();
    }
}
