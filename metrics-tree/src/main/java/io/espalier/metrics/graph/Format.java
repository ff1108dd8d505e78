package io.espalier.metrics.graph;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What a picture is written as. */
public enum Format {
    PNG("image/png"),
    SVG("image/svg+xml"),
    JPG("image/jpeg"),
    PDF("application/pdf");

    private final String type;

    Format(String type) {
        this.type = type;
    }

    /** Of the answer that carries it. */
    public String type() {
        return type;
    }

    /** From the end of a file's name, such as {@code png}. */
    public static Optional<Format> parse(String suffix) {
        for (Format format : values()) {
            if (format.name().equalsIgnoreCase(suffix)) {
                return Optional.of(format);
            }
        }
        return suffix.equalsIgnoreCase("jpeg") ? Optional.of(JPG) : Optional.empty();
    }

    /** @throws IOException if the machine has no font to write with, or the runtime no such format */
    public byte[] draw(GraphPlan plan) throws IOException {
        List<Shape> shapes = Drawing.of(plan);
        return switch (this) {
            case SVG -> Svg.of(plan, shapes).getBytes(StandardCharsets.UTF_8);
            case PDF -> io.espalier.metrics.graph.Pdf.of(plan, shapes);
            case PNG, JPG -> raster(plan, shapes);
        };
    }

    private byte[] raster(GraphPlan plan, List<Shape> shapes) throws IOException {
        try {
            return Raster.of(plan, shapes, this == PNG ? "png" : "jpg");
        } catch (RuntimeException | UnsatisfiedLinkError | NoClassDefFoundError e) {
            // A runtime without fonts or AWT says so in one of many ways.
            throw new IOException(
                    "this machine cannot draw text (install fontconfig and a font, or ask for svg): " + e, e);
        }
    }
}
