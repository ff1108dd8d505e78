package io.espalier.metrics.web;

import io.espalier.metrics.graph.Format;
import io.espalier.metrics.graph.GraphPlan;
import io.espalier.metrics.graph.Style;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.trend.Moments;
import io.espalier.metrics.trend.Series;
import io.espalier.metrics.views.SavedView;
import io.espalier.metrics.views.Views;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code /graph/KEY.png}, {@code .svg}, {@code .jpg}, {@code .pdf}; also {@code /graph/view/NAME.png}. */
final class GraphRoutes implements Route {
    private final History history;
    private final Views views;

    GraphRoutes(History history, Views views) {
        this.history = history;
        this.views = views;
    }

    @Override
    public boolean answer(Exchange exchange) throws IOException {
        if (!exchange.path().startsWith("/graph/")) {
            return false;
        }
        String rest = exchange.path().substring("/graph/".length());
        int dot = rest.lastIndexOf('.');
        Optional<Format> suffix = dot < 0 ? Optional.empty() : Format.parse(rest.substring(dot + 1));
        String name = suffix.isPresent() ? rest.substring(0, dot) : rest;
        Format format = suffix.orElse(Format.PNG);
        Urls urls = Urls.of(exchange);
        Optional<SavedView> view =
                name.startsWith("view/") ? views.find(Urls.decoded(name.substring(5))) : Optional.empty();
        byte[] picture;
        if (view.isPresent()) {
            SavedView saved = view.get();
            Urls asked = urls.withDefault("fn", saved.function())
                    .withDefault("style", saved.style())
                    .withDefault("type", saved.type())
                    .withDefault("title", saved.name());
            picture = format.draw(
                    plan(saved.keys(), asked.withDefault("from", saved.span().isEmpty() ? "" : "-" + saved.span())));
        } else {
            String key = Query.ofUrl(name).toString();
            picture = format.draw(plan(List.of(key), urls.withDefault("title", key)));
        }
        exchange.set("Content-Security-Policy", "default-src 'none'");
        TreeWeb.send(exchange, 200, format.type(), picture);
        return true;
    }

    private GraphPlan plan(List<String> keys, Urls urls) {
        Style style = Style.parse(urls.or("style", "default"))
                .orElseThrow(
                        () -> Urls.bad("style: '" + urls.or("style", "") + "' (expected: cpu, net, url, default)"));
        Style.Kind kind = urls.one("type").isEmpty()
                ? style.kind()
                : Style.Kind.parse(urls.or("type", ""))
                        .orElseThrow(() ->
                                Urls.bad("type: '" + urls.or("type", "") + "' (expected: line, area, stack, bar)"));
        int width = urls.number("width", 800, 100, 4000);
        int height = urls.number("height", 300, 60, 3000);
        int points = kind == Style.Kind.BAR ? Math.max(4, width / 16) : Math.max(10, width / 2);
        History.Answer answer = history.read(keys, urls.withDefault("limit", "24"), points);
        var lines = new ArrayList<GraphPlan.Line>();
        for (Series series : answer.series()) {
            List<Double> values =
                    Arrays.stream(series.values(answer.function())).boxed().toList();
            lines.add(new GraphPlan.Line(series.key(), values, false));
        }
        var marks = new ArrayList<GraphPlan.Mark>();
        if (!urls.or("markers", "1").equals("0")) {
            answer.marks().forEach(mark -> marks.add(new GraphPlan.Mark(mark.seconds(), mark.seconds(), mark.text())));
        }
        urls.all("marker").forEach(text -> marks.add(marker(text)));
        return new GraphPlan(
                urls.or("title", ""),
                width,
                height,
                word(GraphPlan.Theme.values(), "theme", urls.or("theme", "light")),
                style,
                kind,
                word(GraphPlan.XAxis.values(), "xaxis", urls.or("xaxis", "time")),
                answer.range().from(),
                answer.range().to(),
                value(urls, "least"),
                value(urls, "most"),
                lines,
                marks);
    }

    private static <E extends Enum<E>> E word(E[] all, String name, String word) {
        for (E each : all) {
            if (each.name().equalsIgnoreCase(word)) {
                return each;
            }
        }
        throw Urls.bad(name + ": '" + word + "' (expected: one of "
                + Arrays.toString(all).toLowerCase(java.util.Locale.ROOT) + ")");
    }

    private static Optional<Double> value(Urls urls, String name) {
        try {
            return urls.one(name).map(Double::parseDouble).filter(Double::isFinite);
        } catch (NumberFormatException e) {
            throw Urls.bad(name + ": '" + urls.or(name, "") + "' (expected: a number)");
        }
    }

    /** {@code TIME[..TIME][|TEXT]}, such as {@code -2h..-1h|maintenance}. */
    private GraphPlan.Mark marker(String text) {
        int bar = text.indexOf('|');
        String times = bar < 0 ? text : text.substring(0, bar);
        int dots = times.indexOf("..");
        long from = Moments.parse(dots < 0 ? times : times.substring(0, dots), history.now());
        long to = dots < 0 ? from : Moments.parse(times.substring(dots + 2), history.now());
        return new GraphPlan.Mark(from, to, bar < 0 ? "" : text.substring(bar + 1));
    }
}
