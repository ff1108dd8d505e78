package io.espalier.metrics.web;

import io.espalier.metrics.graph.Style;
import io.espalier.metrics.live.Answers;
import io.espalier.metrics.live.Changes;
import io.espalier.metrics.live.Feed;
import io.espalier.metrics.live.Feeds;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.QueryException;
import io.espalier.metrics.query.Result;
import io.espalier.metrics.trend.Moments;
import io.espalier.metrics.views.SavedView;
import io.espalier.metrics.views.Views;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code /setting/view}, and views live: {@code /realtime/view/NAME} with the {@code /get/view/NAME} and
 * {@code /pull/view/NAME} that its page asks.
 */
final class ViewRoutes implements Route {
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final Views views;
    private final Queries queries;
    private final Feeds feeds;

    ViewRoutes(Views views, Queries queries, Feeds feeds) {
        this.views = views;
        this.queries = queries;
        this.feeds = feeds;
    }

    @Override
    public boolean answer(Exchange exchange) throws IOException {
        String path = exchange.path();
        if (path.equals("/setting/view") || path.equals("/setting/view/")) {
            if (exchange.method().equals("POST")) {
                change(exchange);
            } else {
                settings(exchange);
            }
            return true;
        }
        for (String prefix : new String[] {"/get/view/", "/pull/view/", "/realtime/view/"}) {
            if (path.startsWith(prefix) && path.length() > prefix.length()) {
                String name = Urls.decoded(path.substring(prefix.length()));
                Optional<SavedView> view = views.find(name);
                if (view.isEmpty()) {
                    // A key may begin like this too.
                    return false;
                }
                switch (prefix) {
                    case "/get/view/" -> get(exchange, view.get());
                    case "/pull/view/" -> stream(exchange, view.get());
                    default -> TreeWeb.file(exchange, "realtime.html", "text/html; charset=utf-8");
                }
                return true;
            }
        }
        return false;
    }

    // --- Live ---

    private void get(Exchange exchange, SavedView view) throws IOException {
        var results = new ArrayList<Result>();
        for (String key : view.keys()) {
            Query query = Query.parse(key);
            feeds.follow(query);
        }
        exchange.set("Last-Event-ID", Long.toString(feeds.seq()));
        for (String key : view.keys()) {
            for (Result result : queries.run(Query.parse(key))) {
                results.add(new Result(named(key, result.key()), result.value()));
            }
        }
        TreeWeb.json(exchange, 200, Answers.list(results));
    }

    /**
     * Changes of all keys in one stream. Its ids are one less than the newest change that it told: a tick hands out
     * key by key, so what is told twice after a reconnect is the tick that may have been told in part.
     */
    private void stream(Exchange exchange, SavedView view) throws IOException {
        List<Feed> all =
                view.keys().stream().map(key -> feeds.follow(Query.parse(key))).toList();
        long since = TreeWeb.since(exchange);
        long[] seen = new long[all.size()];
        Arrays.fill(seen, since < 0 ? feeds.seq() : since);
        exchange.set("Content-Type", "text/event-stream");
        exchange.set("Cache-Control", "no-store");
        OutputStream out = exchange.stream();
        say(out, ":\n\n");
        long told = System.nanoTime();
        try {
            while (true) {
                boolean isTold = false;
                for (int i = 0; i < all.size(); i++) {
                    // Waits at the first one only, so that all are looked at every other tick.
                    Duration patience = i == 0 ? Feeds.TICK.multipliedBy(2) : Duration.ZERO;
                    Changes changes = all.get(i).await(seen[i], patience);
                    if (changes.isReset()) {
                        say(out, "event: reset\ndata: []\n\n");
                        return;
                    }
                    seen[i] = Math.max(seen[i], changes.seq());
                    if (!changes.list().isEmpty()) {
                        String key = view.keys().get(i);
                        String json = changes.named(name -> named(key, name)).toJson();
                        say(out, "id: " + (changes.seq() - 1) + "\nevent: change\ndata: " + json + "\n\n");
                        isTold = true;
                    }
                }
                if (isTold) {
                    told = System.nanoTime();
                } else if (System.nanoTime() - told > HEARTBEAT.toNanos()) {
                    say(out, ":\n\n");
                    told = System.nanoTime();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What a line of {@code key} is called beside those of other keys. A reduced key answers with the part that was
     * reduced, {@code host,*} for {@code host,*|avg,net,in}, which two keys of a view may share: what follows in the
     * key tells them apart.
     */
    static String named(String key, String result) {
        List<String> segments = Arrays.asList(key.split(",", -1));
        int last = result.split(",", -1).length - 1;
        if (last >= segments.size()) {
            return result;
        }
        int reducer = segments.get(last).indexOf('|');
        if (reducer < 0) {
            return result;
        }
        String rest = segments.get(last).substring(reducer);
        return last + 1 == segments.size()
                ? result + rest
                : result + rest + "," + String.join(",", segments.subList(last + 1, segments.size()));
    }

    private static void say(OutputStream out, String event) throws IOException {
        out.write(event.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    // --- Settings ---

    private void settings(Exchange exchange) throws IOException {
        Urls urls = Urls.of(exchange);
        if (!Urls.wantsPage(exchange, urls)) {
            TreeWeb.json(exchange, 200, views.json());
            return;
        }
        page(
                exchange,
                200,
                "",
                urls.one("edit").flatMap(views::find).map(ViewRoutes::fields).orElse(urls));
    }

    private static Urls fields(SavedView view) {
        return Urls.of(
                "name", view.name(),
                "keys", String.join("\n", view.keys()),
                "style", view.style(),
                "type", view.type(),
                "fn", view.function(),
                "span", view.span());
    }

    private void page(Exchange exchange, int status, String problem, Urls fields) throws IOException {
        Page page = Page.of(exchange, "Views", "/setting/view");
        page.raw("<h1>Views</h1>\n");
        if (!views.areKept()) {
            page.raw(
                    "<p class=\"hint\">Views are kept in memory only: start with <code>--dir DIR</code> to keep them.</p>\n");
        }
        if (views.all().isEmpty()) {
            page.raw("<p class=\"hint\">No view yet. A view is a name for keys that belong on one chart.</p>\n");
        } else {
            page.raw("<table><thead><tr><th>Name</th><th>Keys</th><th>Shows</th><th></th></tr></thead><tbody>\n");
            for (SavedView view : views.all()) {
                String name = Urls.encode(view.name());
                page.raw("<tr><td><a href=\"/trend/view/" + name + "\">")
                        .text(view.name())
                        .raw("</a></td><td>");
                page.text(String.join("  ", view.keys())).raw("</td><td>");
                page.text(view.function() + ", " + view.type() + (view.span().isEmpty() ? "" : ", " + view.span()));
                page.raw("</td><td class=\"actions\"><a href=\"/realtime/view/" + name + "\">Live</a> ");
                page.raw("<a href=\"/setting/view?edit=" + name + "\">Change</a> ")
                        .form("/setting/view", "");
                page.raw("<input type=\"hidden\" name=\"name\" value=\"").text(view.name());
                page.raw("\"><button name=\"do\" value=\"remove\">Remove</button></form></td></tr>\n");
            }
            page.raw("</tbody></table>\n");
        }
        page.raw("<h2>")
                .text(fields.one("name").isPresent() ? "Change or add" : "Add")
                .raw("</h2>\n");
        if (!problem.isEmpty()) {
            page.raw("<p class=\"problem\" role=\"alert\">").text(problem).raw("</p>\n");
        }
        page.form("/setting/view", "stacked").raw("\n");
        page.raw("<label>Name <input name=\"name\" required maxlength=\"64\" value=\"")
                .text(fields.or("name", ""));
        page.raw(
                "\"></label>\n<label>Keys, one a line <textarea name=\"keys\" rows=\"4\" required spellcheck=\"false\">");
        page.text(fields.or("keys", "")).raw("</textarea></label>\n");
        page.select("style", "Style", fields.or("style", "default"), pairs("default", "cpu", "net", "url"));
        page.select("type", "As", fields.or("type", "line"), pairs("line", "area", "stack", "bar"));
        page.select("fn", "Show", fields.or("fn", "avg"), pairs("avg", "min", "max", "sum", "count", "rate"));
        page.raw("<label>Begins <input name=\"span\" size=\"8\" placeholder=\"6h\" value=\"")
                .text(fields.or("span", ""));
        page.raw("\"> ago</label>\n<button name=\"do\" value=\"save\" class=\"main\">Save</button></form>\n");
        page.send(exchange, status);
    }

    private static String[][] pairs(String... words) {
        return Arrays.stream(words).map(word -> new String[] {word, word}).toArray(String[][]::new);
    }

    private void change(Exchange exchange) throws IOException {
        if (!isOwnPage(exchange)) {
            TreeWeb.problem(exchange, 403, "ORIGIN", "a form of another site may not change views");
            return;
        }
        Urls form = Urls.withForm(exchange);
        String name = form.or("name", "").strip();
        try {
            if (form.or("do", "save").equals("remove")) {
                views.remove(name);
            } else {
                views.save(view(name, form));
            }
        } catch (IllegalArgumentException | QueryException e) {
            page(exchange, 422, String.valueOf(e.getMessage()), form);
            return;
        }
        exchange.set("Location", "/setting/view");
        TreeWeb.send(exchange, 303, "text/plain; charset=utf-8", new byte[0]);
    }

    /** Browsers say where a form comes from; what says nothing is no browser and has no one's session to misuse. */
    private static boolean isOwnPage(Exchange exchange) {
        Optional<String> origin = exchange.header("Origin");
        String host = exchange.header("Host").orElse("");
        return origin.isEmpty()
                || origin.get().equals("http://" + host)
                || origin.get().equals("https://" + host);
    }

    private static SavedView view(String name, Urls form) {
        List<String> keys = form.or("keys", "")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        keys.forEach(Query::parse);
        String span = form.or("span", "").strip();
        if (!span.isEmpty() && Moments.span(span).isEmpty()) {
            throw new IllegalArgumentException("begins: '" + span + "' (expected: such as 90min, 6h, 7d)");
        }
        String style = form.or("style", "default");
        String type = form.or("type", "line");
        if (Style.parse(style).isEmpty() || Style.Kind.parse(type).isEmpty()) {
            throw new IllegalArgumentException("style: '" + style + "', '" + type + "' (expected: one of the choices)");
        }
        History.function(form.or("fn", "avg"));
        return new SavedView(name, keys, style, type, form.or("fn", "avg"), span);
    }
}
