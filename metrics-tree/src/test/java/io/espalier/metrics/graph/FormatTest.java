package io.espalier.metrics.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;

class FormatTest {
    private static final long FROM = 1_772_366_400;

    private static GraphPlan plan(Style style, Style.Kind kind, GraphPlan.XAxis axis, String... labels) {
        var lines = new ArrayList<GraphPlan.Line>();
        for (int s = 0; s < labels.length; s++) {
            var values = new ArrayList<Double>();
            for (int i = 0; i < 60; i++) {
                values.add(i > 20 && i < 30 ? Double.NaN : 20 + s * 10 + 15 * Math.sin(i / 9.0 + s));
            }
            lines.add(new GraphPlan.Line(labels[s], values, s == 2));
        }
        return new GraphPlan(
                "br,ie <7> & \"more\" (ü)",
                640,
                240,
                GraphPlan.Theme.LIGHT,
                style,
                kind,
                axis,
                FROM,
                FROM + 3600,
                Optional.empty(),
                Optional.empty(),
                lines,
                List.of(
                        new GraphPlan.Mark(FROM + 900, FROM + 900, "deployed"),
                        new GraphPlan.Mark(FROM + 1800, FROM + 2700, "maintenance")));
    }

    private static GraphPlan usual() {
        return plan(Style.DEFAULT, Style.Kind.LINE, GraphPlan.XAxis.TIME, "in", "out", "week before");
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void theSamePlanGivesTheSameBytes(Format format) throws IOException {
        assertThat(format.draw(usual())).isEqualTo(format.draw(usual()));
    }

    @ParameterizedTest
    @EnumSource(Style.class)
    void everyStyleAndKindDraws(Style style) throws Exception {
        for (Style.Kind kind : Style.Kind.values()) {
            for (GraphPlan.XAxis axis : GraphPlan.XAxis.values()) {
                GraphPlan plan = plan(style, kind, axis, "eth0,in", "eth0,out", "x");
                assertThat(xml(plan).getDocumentElement().getTagName()).isEqualTo("svg");
                BufferedImage image = ImageIO.read(new ByteArrayInputStream(Format.PNG.draw(plan)));
                assertThat(image.getWidth()).isEqualTo(640);
                assertThat(image.getHeight()).isEqualTo(240);
            }
        }
    }

    private static Document xml(GraphPlan plan) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(Format.SVG.draw(plan)));
    }

    @Test
    void jpegAndPdfAreWhatTheySay() throws IOException {
        assertThat(ImageIO.read(new ByteArrayInputStream(Format.JPG.draw(usual())))
                        .getWidth())
                .isEqualTo(640);
        String pdf = new String(Format.PDF.draw(usual()), StandardCharsets.ISO_8859_1);
        assertThat(pdf).startsWith("%PDF-1.4\n").endsWith("%%EOF\n").contains("(br,ie <7> & \"more\" \\(ü\\)) Tj");
        // Each offset of the table leads to its object, and the stream is as long as it says.
        String[] table = pdf.substring(pdf.indexOf("xref\n")).split("\n");
        for (int object = 1; object <= 6; object++) {
            assertThat(pdf.substring(Integer.parseInt(table[object + 2].substring(0, 10))))
                    .startsWith(object + " 0 obj\n");
        }
        int stream = pdf.indexOf("stream\n") + 7;
        int length = Integer.parseInt(pdf.replaceFirst("(?s).*/Length (\\d+).*", "$1"));
        assertThat(pdf.substring(stream + length)).startsWith("endstream");
    }

    @Test
    void textsAreEscapedAndGapsAreNotCrossed() throws Exception {
        String svg = new String(Format.SVG.draw(usual()), StandardCharsets.UTF_8);
        assertThat(svg).contains("br,ie &lt;7&gt; &amp; &quot;more&quot; (ü)").doesNotContain("<7>");
        // Grid and axis lines have two points; three series in two runs each have more.
        assertThat(svg.lines()
                        .filter(line -> line.startsWith("<polyline") && line.split(" ").length > 12)
                        .count())
                .isEqualTo(6);
        assertThat(svg).contains(">deployed</text>", ">maintenance</text>", "stroke-dasharray");
    }

    @Test
    void outgoingTrafficStandsBelowTheAxis() {
        List<Shape> shapes = Drawing.of(plan(Style.NET, Style.Kind.AREA, GraphPlan.XAxis.TIME, "eth0,in", "eth0,out"));
        assertThat(shapes.stream().filter(Shape.Label.class::isInstance).map(shape -> ((Shape.Label) shape).text()))
                .anyMatch(text -> text.startsWith("-"));
    }

    @Test
    void emptyTinyAndOddPlansDraw() throws IOException {
        var nothing = new GraphPlan(
                "",
                100,
                60,
                GraphPlan.Theme.DARK,
                Style.URL,
                Style.Kind.BAR,
                GraphPlan.XAxis.TIME,
                0,
                1,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of());
        assertThat(Format.SVG.draw(nothing)).isNotEmpty();
        var flat = new GraphPlan(
                "t",
                300,
                200,
                GraphPlan.Theme.DARK,
                Style.CPU,
                Style.Kind.STACK,
                GraphPlan.XAxis.TIME,
                0,
                10,
                Optional.of(5.0),
                Optional.of(5.0),
                List.of(
                        new GraphPlan.Line("a".repeat(500), List.of(Double.NaN), false),
                        new GraphPlan.Line("b", List.of(1e300), false),
                        new GraphPlan.Line("c", List.of(), false)),
                List.of());
        for (Format format : Format.values()) {
            assertThat(format.draw(flat)).isNotEmpty();
        }
        assertThatThrownBy(() -> new GraphPlan(
                        "",
                        10,
                        60,
                        GraphPlan.Theme.DARK,
                        Style.URL,
                        Style.Kind.BAR,
                        GraphPlan.XAxis.TIME,
                        0,
                        1,
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        List.of()))
                .hasMessageContaining("width");
    }

    @Test
    void numbersAndTimesAreRound() {
        assertThat(Ticks.values(0, 97, 5)).containsExactly(0.0, 20.0, 40.0, 60.0, 80.0);
        assertThat(Ticks.value(1_500_000, "B")).isEqualTo("1.5 MB");
        assertThat(Ticks.value(0.25, "")).isEqualTo("0.25");
        assertThat(Ticks.value(-12, "%")).isEqualTo("-12 %");
        assertThat(Ticks.times(FROM, FROM + 3600, 6)).hasSize(7).allMatch(time -> time % 600 == 0);
        assertThat(Ticks.time(FROM, 600, 3600)).isEqualTo("12:00");
    }
}
