package io.espalier.metrics.graph;

import io.espalier.metrics.graph.Shape.Anchor;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;

/** Shapes as pixels, by the JDK's own renderer, without a display. */
final class Raster {
    private Raster() {}

    /** @param format {@code png} or {@code jpg} */
    static byte[] of(GraphPlan plan, List<Shape> shapes, String format) throws IOException {
        System.setProperty("java.awt.headless", "true");
        var image = new BufferedImage(plan.width(), plan.height(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        shapes.forEach(shape -> draw(graphics, shape));
        graphics.dispose();
        var out = new ByteArrayOutputStream();
        ImageIO.setUseCache(false);
        if (!ImageIO.write(image, format, out)) {
            throw new IOException("this Java runtime cannot write " + format);
        }
        return out.toByteArray();
    }

    private static void draw(Graphics2D graphics, Shape shape) {
        switch (shape) {
            case Shape.Box(double x, double y, double width, double height, String colour, double opacity) -> {
                graphics.setColor(colour(colour, opacity));
                graphics.fill(new Rectangle2D.Double(x, y, width, height));
            }
            case Shape.Path(var points, String colour, double width, boolean isDashed) -> {
                graphics.setColor(colour(colour, 1));
                graphics.setStroke(new BasicStroke(
                        (float) width,
                        BasicStroke.CAP_BUTT,
                        BasicStroke.JOIN_ROUND,
                        1,
                        isDashed ? new float[] {4, 3} : null,
                        0));
                graphics.draw(outline(points));
            }
            case Shape.Area(var points, String colour, double opacity) -> {
                graphics.setColor(colour(colour, opacity));
                Path2D area = outline(points);
                area.closePath();
                graphics.fill(area);
            }
            case Shape.Label(
                    double x,
                    double y,
                    String text,
                    double size,
                    Anchor anchor,
                    String colour,
                    boolean isBold) -> {
                graphics.setColor(colour(colour, 1));
                graphics.setFont(
                        new Font(Font.SANS_SERIF, isBold ? Font.BOLD : Font.PLAIN, 1).deriveFont((float) size));
                double width = graphics.getFontMetrics().stringWidth(text);
                double start = switch (anchor) {
                    case START -> x;
                    case MIDDLE -> x - width / 2;
                    case END -> x - width;
                };
                graphics.drawString(text, (float) start, (float) y);
            }
        }
    }

    private static Path2D outline(List<Shape.Point> points) {
        var path = new Path2D.Double();
        for (int i = 0; i < points.size(); i++) {
            if (i == 0) {
                path.moveTo(points.get(i).x(), points.get(i).y());
            } else {
                path.lineTo(points.get(i).x(), points.get(i).y());
            }
        }
        return path;
    }

    private static Color colour(String hex, double opacity) {
        int rgb = Integer.parseInt(hex, 1, 7, 16);
        return new Color(rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255, (int) Math.round(opacity * 255));
    }
}
