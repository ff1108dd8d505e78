package io.espalier.metrics.web;

import io.espalier.metrics.json.JsonText;
import io.espalier.metrics.query.Children;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.trend.Series;
import io.espalier.metrics.views.SavedView;
import io.espalier.metrics.views.Views;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** {@code /trend/KEY}, {@code /trend/view/}, {@code /trend/view/NAME}, and {@code /get/KEY?children=1}. */
@SuppressWarnings("OperatorPrecedence")
final class TrendRoutes implements Route {
    private static final int POINTS = 600;
    private static final int TREE_SHOWN = 500;

    private final MetricTree tree;
    private final History history;
    private final Views views;

    TrendRoutes(MetricTree tree, History history, Views views) {
        this.tree = tree;
        this.history = history;
        this.views = views;
    }

    @Override
    public boolean answer(Exchange exchange) throws IOException {
        String path = exchange.path();
        Urls urls = Urls.of(exchange);
        if (path.startsWith("/get") && urls.one("children").isPresent()) {
            children(exchange, Query.ofUrl(path.length() > 5 ? path.substring(5) : ""), urls);
        } else if (path.equals("/trend")
                || path.equals("/trend/") && urls.all("key").isEmpty()) {
            exchange.set("Location", "/trend/view/");
            TreeWeb.send(exchange, 303, "text/plain; charset=utf-8", new byte[0]);
        } else if (path.equals("/trend/view/") || path.equals("/trend/view")) {
            if (Urls.wantsPage(exchange, urls)) {
                explorer(exchange, urls);
            } else {
                TreeWeb.json(exchange, 200, json(history.read(keys(urls), urls, POINTS)));
            }
        } else if (path.startsWith("/trend/view/")) {
            view(exchange, path.substring("/trend/view/".length()), urls);
        } else if (path.startsWith("/trend/")) {
            Query query = path.equals("/trend/")
                    ? Query.parse(urls.all("key").getFirst())
                    : Query.ofUrl(path.substring("/trend/".length()));
            if (Urls.wantsPage(exchange, urls)) {
                key(exchange, query, urls);
            } else {
                TreeWeb.json(exchange, 200, json(history.read(List.of(query.toString()), urls, POINTS)));
            }
        } else {
            return false;
        }
        return true;
    }

    private static List<String> keys(Urls urls) {
        List<String> keys = urls.all("key").stream()
                .filter(key -> !key.isBlank())
                .distinct()
                .toList();
        if (keys.size() > SavedView.MAX_KEYS) {
            throw Urls.bad("more than " + SavedView.MAX_KEYS + " keys");
        }
        return keys;
    }

    private void children(Exchange exchange, Query node, Urls urls) throws IOException {
        var json = new JsonText().open('[');
        for (Children.Child child : Children.of(tree, node, urls.number("limit", TREE_SHOWN, 1, 20_000))) {
            json.open('{').name("name").text(child.name()).name("key").text(child.key());
            json.name("children")
                    .number((long) child.children())
                    .name("leaf")
                    .bool(child.isLeaf())
                    .close('}');
        }
        TreeWeb.json(exchange, 200, json.close(']').toString());
    }

    /** {@code {"from":..,"to":..,"step":..,"fn":"avg","series":[{"key":..,"points":[[t,v],..]}],"more":0,"markers":[..]}} */
    static String json(History.Answer answer) {
        var json = new JsonText().open('{');
        json.name("from")
                .number(answer.range().from())
                .name("to")
                .number(answer.range().to());
        json.name("step").number(answer.range().step());
        json.name("fn").text(answer.function().name().toLowerCase(Locale.ROOT));
        json.name("series").open('[');
        for (Series series : answer.series()) {
            json.open('{').name("key").text(series.key()).name("points").open('[');
            for (int i = 0; i < series.points(); i++) {
                json.open('[')
                        .number(series.time(i))
                        .number(series.value(i, answer.function()))
                        .close(']');
            }
            json.close(']').close('}');
        }
        json.close(']')
                .name("more")
                .number((long) answer.more())
                .name("markers")
                .open('[');
        for (History.Mark mark : answer.marks()) {
            json.open('{').name("key").text(mark.key()).name("time").number(mark.seconds());
            json.name("text").text(mark.text()).close('}');
        }
        return json.close(']').close('}').toString();
    }

    // --- Pages ---

    private void key(Exchange exchange, Query query, Urls urls) throws IOException {
        String key = query.toString();
        Page page = Page.of(exchange, (key.isEmpty() ? "everything" : key) + " - Trend", "/trend/view/");
        page.raw("<h1>").text(key.isEmpty() ? "everything" : key).raw("</h1>\n<p class=\"links\">");
        page.raw("<a href=\"/realtime/" + Urls.encode(key) + "\">Live</a> ");
        page.raw("<a href=\"/trend/view/?key=" + Urls.encode(key) + "\">In the tree</a> ");
        page.raw("<a href=\"/diff/" + Urls.encode(key) + "/" + Urls.encode(key) + "?a=-1d\">Against yesterday</a> ");
        page.raw("<a href=\"/graph/" + Urls.encode(key) + ".svg\">Picture</a></p>\n");
        controls(page, urls, "avg", "default", "line", "");
        chart(page, "/trend/" + Urls.encode(key), "/graph/" + Urls.encode(key) + ".svg", key, urls);
        page.send(exchange, 200, "chart.js", "pages.js");
    }

    private void view(Exchange exchange, String encoded, Urls urls) throws IOException {
        String name = Urls.decoded(encoded);
        var found = views.find(name);
        if (found.isEmpty()) {
            TreeWeb.problem(exchange, 404, "NOT_FOUND", "no view named '" + name + "': add it on /setting/view");
            return;
        }
        SavedView view = found.get();
        if (!Urls.wantsPage(exchange, urls)) {
            Urls asked = urls.withDefault("fn", view.function()).withDefault("from", span(view));
            TreeWeb.json(exchange, 200, json(history.read(view.keys(), asked, POINTS)));
            return;
        }
        Page page = Page.of(exchange, name + " - Trend", "/setting/view");
        page.raw("<h1>").text(name).raw("</h1>\n<p class=\"links\">");
        page.raw("<a href=\"/realtime/view/" + Urls.encode(name) + "\">Live</a> ");
        page.raw("<a href=\"/setting/view?edit=" + Urls.encode(name) + "\">Change</a></p>\n");
        controls(page, urls, view.function(), view.style(), view.type(), span(view));
        chart(page, "/trend/view/" + Urls.encode(name), "/graph/view/" + Urls.encode(name) + ".svg", name, urls);
        page.send(exchange, 200, "chart.js", "pages.js");
    }

    private static String span(SavedView view) {
        return view.span().isEmpty() ? "" : "-" + view.span();
    }

    /** The tree on the left, a chart for each key on the right. */
    private void explorer(Exchange exchange, Urls urls) throws IOException {
        List<String> keys = keys(urls);
        Page page = Page.of(exchange, "Trend", "/trend/view/");
        page.raw(
                "<h1>Trend</h1>\n<div class=\"explorer\">\n<nav class=\"tree\" id=\"tree\" aria-label=\"Keys\">\n<ul>\n");
        String held = keys.stream().map(key -> "key=" + Urls.encode(key)).collect(Collectors.joining("&"));
        Query top = Query.parse(urls.or("open", ""));
        if (!top.toString().isEmpty()) {
            page.raw("<li><a href=\"/trend/view/?" + held + "\">(all)</a></li>\n");
        }
        for (Children.Child child : Children.of(tree, top, TREE_SHOWN)) {
            String with = "/trend/view/?" + (held.isEmpty() ? "" : held + "&") + "key=" + Urls.encode(child.key());
            page.raw("<li data-key=\"").text(child.key()).raw("\">");
            if (child.children() > 0) {
                page.raw("<a class=\"twig\" href=\"/trend/view/?" + (held.isEmpty() ? "" : held + "&") + "open="
                        + Urls.encode(child.key()) + "\" aria-label=\"Open ");
                page.text(child.name()).raw("\">▸</a> ");
            }
            page.raw("<a class=\"add\" href=\"")
                    .text(with)
                    .raw("\">")
                    .text(child.name())
                    .raw("</a></li>\n");
        }
        page.raw("</ul>\n</nav>\n<div class=\"charts\">\n");
        controls(page, urls, "avg", "default", "line", "");
        if (keys.isEmpty()) {
            page.raw("<p class=\"hint\">Choose keys on the left: each gets a chart here. Or name one: </p>");
        }
        page.raw("<form action=\"/trend/view/\" class=\"line\">");
        for (String key : keys) {
            page.raw("<input type=\"hidden\" name=\"key\" value=\"").text(key).raw("\">");
        }
        page.raw("<label>Key <input name=\"key\" placeholder=\"br,*|sum\" spellcheck=\"false\"></label> ");
        page.raw("<button>Add</button></form>\n");
        for (String key : keys) {
            String without = keys.stream()
                    .filter(other -> !other.equals(key))
                    .map(other -> "key=" + Urls.encode(other))
                    .collect(Collectors.joining("&"));
            page.raw("<h2><a href=\"/trend/" + Urls.encode(key) + "\">")
                    .text(key)
                    .raw("</a> ");
            page.raw("<a class=\"remove\" href=\"/trend/view/?" + without + "\" aria-label=\"Remove ");
            page.text(key).raw("\">×</a></h2>\n");
            chart(page, "/trend/" + Urls.encode(key), "/graph/" + Urls.encode(key) + ".svg", key, urls);
        }
        page.raw("</div>\n</div>\n").send(exchange, 200, "chart.js", "pages.js");
    }

    private static void controls(Page page, Urls urls, String fn, String style, String type, String from) {
        page.raw("<form class=\"controls\" id=\"controls\">");
        for (String key : urls.all("key")) {
            page.raw("<input type=\"hidden\" name=\"key\" value=\"").text(key).raw("\">");
        }
        page.select("from", "Since", urls.or("from", from), choices(urls.or("from", from)));
        page.raw("<input type=\"hidden\" name=\"to\" id=\"to\" value=\"")
                .text(urls.or("to", ""))
                .raw("\">");
        page.select(
                "fn",
                "Show",
                urls.or("fn", fn),
                new String[] {"avg", "mean"},
                new String[] {"min", "least"},
                new String[] {"max", "greatest"},
                new String[] {"sum", "sum"},
                new String[] {"count", "number"},
                new String[] {"rate", "growth a second"});
        page.select(
                "type",
                "As",
                urls.or("type", type),
                new String[] {"line", "lines"},
                new String[] {"area", "areas"},
                new String[] {"stack", "stacked"},
                new String[] {"bar", "bars"});
        page.select(
                "style",
                "Style",
                urls.or("style", style),
                new String[] {"default", "default"},
                new String[] {"cpu", "cpu"},
                new String[] {"net", "net"},
                new String[] {"url", "url"});
        page.select(
                "compare",
                "Beside",
                urls.or("compare", ""),
                new String[] {"", "nothing"},
                new String[] {"1h", "an hour before"},
                new String[] {"1d", "a day before"},
                new String[] {"7d", "a week before"},
                new String[] {"30d", "a month before"});
        page.raw("<button>Show</button></form>\n");
    }

    private static String[][] choices(String held) {
        var choices = new ArrayList<>(List.of(
                new String[] {"", "the beginning, at most a year"},
                new String[] {"-1h", "an hour ago"},
                new String[] {"-6h", "6 hours ago"},
                new String[] {"-1d", "a day ago"},
                new String[] {"-7d", "a week ago"},
                new String[] {"-30d", "a month ago"},
                new String[] {"-1y", "a year ago"}));
        if (choices.stream().noneMatch(choice -> choice[0].equals(held))) {
            choices.add(new String[] {held, held});
        }
        return choices.toArray(String[][]::new);
    }

    /** A place for a chart; without scripts, its picture. */
    private void chart(Page page, String source, String picture, String label, Urls urls) {
        page.raw("<figure class=\"chart\" data-source=\"")
                .text(source)
                .raw("\" data-label=\"")
                .text(label)
                .raw("\">");
        if (history.isKept()) {
            String from = urls.or("from", "");
            page.raw("<noscript><img src=\"").text(picture + (from.isEmpty() ? "" : "?from=" + Urls.encode(from)));
            page.raw("\" alt=\"\"></noscript>");
        }
        page.raw("</figure>\n");
        if (!history.isKept()) {
            page.raw(
                    "<p class=\"hint\">No history is kept: start with <code>--dir DIR</code> or <code>--victoria URL</code>.</p>");
        }
    }
}
