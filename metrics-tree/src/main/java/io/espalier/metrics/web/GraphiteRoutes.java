package io.espalier.metrics.web;

import io.espalier.metrics.graph.Format;
import io.espalier.metrics.graph.GraphPlan;
import io.espalier.metrics.graph.Style;
import io.espalier.metrics.graphite.Curve;
import io.espalier.metrics.graphite.DottedPath;
import io.espalier.metrics.graphite.Evaluation;
import io.espalier.metrics.graphite.Finder;
import io.espalier.metrics.graphite.GraphiteException;
import io.espalier.metrics.json.JsonText;
import io.espalier.metrics.trend.Moments;
import io.espalier.metrics.trend.Range;
import io.espalier.metrics.trend.Trend;
import io.espalier.metrics.trend.TrendException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What Grafana's Graphite data source asks: {@code /render}, {@code /metrics/find}, {@code /metrics/expand},
 * {@code /events/get_data}, {@code /version}. GET and POST alike.
 */
final class GraphiteRoutes implements Route {
    /** Of Graphite's API: from 1.1 on Grafana would ask for tags, of which leaves have none. */
    private static final String VERSION = "1.0.2";

    private static final int MAX_TARGETS = 100;

    private final Finder finder;
    private final Optional<Trend> trend;
    private final InstantSource clock;

    GraphiteRoutes(Finder finder, Optional<Trend> trend) {
        this.finder = finder;
        this.trend = trend;
        clock = trend.map(Trend::clock).orElse(InstantSource.system());
    }

    @Override
    public boolean answer(Exchange exchange) throws IOException {
        String path = exchange.path().replaceAll("/$", "");
        switch (path) {
            case "/render", "/metrics/find", "/metrics/expand", "/events/get_data", "/version" -> {
                try {
                    answer(exchange, path, Urls.withForm(exchange));
                } catch (GraphiteException e) {
                    // The body is shown to who wrote the target.
                    text(exchange, 400, String.valueOf(e.getMessage()));
                } catch (TrendException e) {
                    text(
                            exchange,
                            e.reason() == TrendException.Reason.AWAY ? 503 : 400,
                            String.valueOf(e.getMessage()));
                }
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    private void answer(Exchange exchange, String path, Urls urls) throws IOException {
        switch (path) {
            case "/render" -> render(exchange, urls);
            case "/metrics/find" -> find(exchange, urls);
            case "/metrics/expand" -> expand(exchange, urls);
            case "/events/get_data" -> events(exchange, urls);
            default -> text(exchange, 200, VERSION);
        }
    }

    private static void text(Exchange exchange, int status, String text) throws IOException {
        TreeWeb.send(exchange, status, "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    // --- Names ---

    private void find(Exchange exchange, Urls urls) throws IOException {
        var json = new JsonText().open('[');
        for (Finder.Found found : finder.find(DottedPath.parse(urls.or("query", "*")))) {
            int expandable = found.isBranch() ? 1 : 0;
            json.open('{').name("text").text(found.text()).name("id").text(found.id());
            json.name("expandable").number((long) expandable).name("leaf").number(found.isLeaf() ? 1L : 0L);
            json.name("allowChildren").number((long) expandable).close('}');
        }
        TreeWeb.json(exchange, 200, json.close(']').toString());
    }

    private void expand(Exchange exchange, Urls urls) throws IOException {
        boolean isLeavesOnly = urls.or("leavesOnly", "0").equals("1");
        var json = new JsonText().open('{').name("results").open('[');
        urls.all("query").stream()
                .flatMap(query -> finder.find(DottedPath.parse(query)).stream())
                .filter(found -> !isLeavesOnly || found.isLeaf())
                .map(Finder.Found::id)
                .distinct()
                .sorted()
                .forEach(json::text);
        TreeWeb.json(exchange, 200, json.close(']').close('}').toString());
    }

    private void events(Exchange exchange, Urls urls) throws IOException {
        Instant now = clock.instant();
        long from = Moments.parse(urls.or("from", "-24h"), now);
        long until = Moments.parse(urls.or("until", "now"), now);
        List<String> tags = Arrays.stream(urls.or("tags", "").split("[ ,]+"))
                .filter(tag -> !tag.isEmpty())
                .toList();
        var json = new JsonText().open('[');
        for (Finder.Event event : finder.events(from * 1000, (until + 1) * 1000)) {
            List<String> names = List.of(event.key().split(","));
            if (names.containsAll(tags)) {
                json.open('{')
                        .name("id")
                        .number(Math.abs((long) event.hashCode()))
                        .name("when");
                json.number(event.marker().millis() / 1000)
                        .name("what")
                        .text(event.marker().text())
                        .name("tags")
                        .open('[');
                names.forEach(json::text);
                json.close(']').name("data").text(event.key()).close('}');
            }
        }
        TreeWeb.json(exchange, 200, json.close(']').toString());
    }

    // --- Values ---

    private void render(Exchange exchange, Urls urls) throws IOException {
        List<String> targets = urls.all("target");
        if (targets.size() > MAX_TARGETS) {
            throw new GraphiteException("more than " + MAX_TARGETS + " targets");
        }
        Trend history = trend.orElseThrow(() -> new TrendException(
                TrendException.Reason.AWAY, "no history is kept: start with --dir DIR or --victoria URL"));
        Instant now = clock.instant();
        long from = Moments.parse(urls.or("from", "-24h"), now);
        long until = Math.max(Moments.parse(urls.or("until", "now"), now), from + 1);
        int width = urls.number("width", 800, 100, 4000);
        int points = urls.number("maxDataPoints", 1000, 1, 1_000_000);
        Range range = Range.fitting(from, until, Math.min(points, 20_000), history.step());
        var evaluation = new Evaluation(history);
        var curves = new ArrayList<Curve>();
        for (String target : targets) {
            curves.addAll(evaluation.of(target, range));
        }
        String format = urls.or("format", "png").toLowerCase(Locale.ROOT);
        if (format.equals("json")) {
            TreeWeb.json(exchange, 200, json(curves));
            return;
        }
        Format picture = Format.parse(format)
                .orElseThrow(
                        () -> new GraphiteException("format '" + format + "' (expected: json, png, svg, jpg, pdf)"));
        int height = urls.number("height", 300, 60, 3000);
        TreeWeb.send(
                exchange, 200, picture.type(), picture.draw(plan(curves, range, urls.or("title", ""), width, height)));
    }

    private static String json(List<Curve> curves) {
        var json = new JsonText().open('[');
        for (Curve curve : curves) {
            json.open('{').name("target").text(curve.name());
            json.name("tags")
                    .open('{')
                    .name("name")
                    .text(curve.name())
                    .close('}')
                    .name("datapoints")
                    .open('[');
            for (int i = 0; i < curve.size(); i++) {
                json.open('[').number(curve.value(i)).number(curve.time(i)).close(']');
            }
            json.close(']').close('}');
        }
        return json.close(']').toString();
    }

    private static GraphPlan plan(List<Curve> curves, Range range, String title, int width, int height) {
        var lines = new ArrayList<GraphPlan.Line>();
        for (Curve curve : curves) {
            var values = new ArrayList<Double>();
            for (int i = 0; i < curve.size(); i++) {
                values.add(curve.value(i));
            }
            lines.add(new GraphPlan.Line(curve.name(), values, false));
        }
        return new GraphPlan(
                title,
                width,
                height,
                GraphPlan.Theme.LIGHT,
                Style.DEFAULT,
                Style.Kind.LINE,
                GraphPlan.XAxis.TIME,
                range.from(),
                range.to(),
                Optional.empty(),
                Optional.empty(),
                lines,
                List.of());
    }
}
