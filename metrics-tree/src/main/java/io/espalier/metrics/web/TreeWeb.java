package io.espalier.metrics.web;

import io.espalier.metrics.graphite.Finder;
import io.espalier.metrics.ingest.Intake;
import io.espalier.metrics.ingest.Report;
import io.espalier.metrics.json.JsonText;
import io.espalier.metrics.live.Answers;
import io.espalier.metrics.live.Changes;
import io.espalier.metrics.live.Feed;
import io.espalier.metrics.live.Feeds;
import io.espalier.metrics.query.Explanation;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.QueryException;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.trend.Trend;
import io.espalier.metrics.views.Views;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The URLs of the tree, on a port of their own or behind another server. */
public final class TreeWeb implements AutoCloseable {
    private static final Duration POLL = Duration.ofSeconds(55);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final String SEQ = "Last-Event-ID";

    private final MetricTree tree;
    private final Queries queries;
    private final Intake intake;
    private final Feeds feeds;
    private final List<Route> routes;
    private final Optional<HttpDoor> server;

    /**
     * @param address where it listens; empty: it does not, and answers what it is handed
     * @param trend its history, if there is one
     * @param views that are saved
     */
    public TreeWeb(
            Optional<InetSocketAddress> address,
            MetricTree tree,
            Queries queries,
            Intake intake,
            Feeds feeds,
            Optional<Trend> trend,
            Views views)
            throws IOException {
        this.tree = tree;
        this.queries = queries;
        this.intake = intake;
        this.feeds = feeds;
        var history = new History(tree, queries, trend);
        routes = List.of(
                new TrendRoutes(tree, history, views),
                new ViewRoutes(views, queries, feeds),
                new DiffRoutes(history),
                new GraphRoutes(history, views),
                new GraphiteRoutes(new Finder(tree), trend),
                new ParcelRoute(tree),
                new SelfRoutes(tree, queries));
        server = address.isEmpty()
                ? Optional.empty()
                : Optional.of(new HttpDoor(
                        address.get(),
                        this::handle,
                        HttpDoor.Patience.USUAL,
                        (reason, sample) -> tree.note("drops," + reason, 1, Optional.of(sample))));
    }

    /** Where it listens; negative: nowhere. */
    public int port() {
        return server.map(HttpDoor::port).orElse(-1);
    }

    /**
     * Answers a request that another server read; comes back when all is said, which may be after hours. To interrupt
     * the thread ends an answer that has no end.
     */
    public void answer(Visit visit, Surroundings surroundings) throws IOException {
        Exchange exchange = Exchange.of(visit, surroundings);
        try {
            handle(exchange);
        } catch (BadRequestException e) {
            refuse(exchange, e.status(), "BAD_REQUEST", String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            tree.note("drops,http-500", 1, Optional.of(e.toString()));
            refuse(exchange, 500, "FAULT", "this should not happen; ~tree,drops,http-500 says what did");
        }
    }

    private static void refuse(Exchange exchange, int status, String reason, String detail) throws IOException {
        if (!exchange.isAnswered()) {
            problem(exchange, status, reason, detail);
        }
    }

    private void handle(Exchange exchange) throws IOException {
        Problems.answer(exchange, tree, this::route);
    }

    private void route(Exchange exchange) throws IOException {
        String path = exchange.path();
        String method = exchange.method();
        if (path.equals("/push") || path.equals("/push/")) {
            if (!method.equals("POST") && !method.equals("PUT")) {
                exchange.set("Allow", "POST, PUT");
                problem(exchange, 405, "METHOD", "POST values to /push");
                return;
            }
            push(exchange);
            return;
        }
        for (Route route : routes) {
            if (route.answer(exchange)) {
                return;
            }
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.set("Allow", "GET");
            problem(exchange, 405, "METHOD", "only GET here");
            return;
        }
        if (path.equals("/") || path.equals("/realtime") || path.equals("/realtime/")) {
            file(exchange, "index.html", "text/html; charset=utf-8");
        } else if (path.startsWith("/get/") || path.equals("/get")) {
            get(exchange, key(exchange, "/get"));
        } else if (path.startsWith("/pull/") || path.equals("/pull")) {
            pull(exchange, key(exchange, "/pull"));
        } else if (path.startsWith("/realtime/")) {
            Query.ofUrl(path.substring("/realtime/".length()));
            file(exchange, "realtime.html", "text/html; charset=utf-8");
        } else if (path.startsWith("/static/") && Page.file(exchange, path.substring("/static/".length()))) {
            return;
        } else if (path.equals("/static/tree.js")) {
            file(exchange, "tree.js", "text/javascript; charset=utf-8");
        } else if (path.equals("/static/tree.css")) {
            file(exchange, "tree.css", "text/css; charset=utf-8");
        } else {
            problem(exchange, 404, "NOT_FOUND", "no such page: " + path);
        }
    }

    /** {@code /get/KEY}, {@code /get/?key-KEY} or {@code /get/?key=KEY}. */
    private static Query key(Exchange exchange, String prefix) {
        String path = exchange.path();
        String rest = path.length() > prefix.length() ? path.substring(prefix.length() + 1) : "";
        if (rest.isEmpty()) {
            for (String part : parameters(exchange)) {
                if (part.startsWith("key-") || part.startsWith("key=")) {
                    return Query.ofUrl(part.substring(4));
                }
            }
        }
        return Query.ofUrl(rest);
    }

    private static String[] parameters(Exchange exchange) {
        return exchange.query().map(query -> query.split("&")).orElse(new String[0]);
    }

    private static Optional<String> parameter(Exchange exchange, String name) {
        for (String part : parameters(exchange)) {
            if (part.startsWith(name + "=")) {
                return Optional.of(part.substring(name.length() + 1));
            }
        }
        return Optional.empty();
    }

    // --- Push ---

    private void push(Exchange exchange) throws IOException {
        Report report = PushBody.read(exchange, intake);
        boolean isNothing = report.merged() == 0;
        json(exchange, isNothing ? 422 : 200, report.toJson());
    }

    // --- Answers ---

    private void get(Exchange exchange, Query query) throws IOException {
        if (parameter(exchange, "explain").isPresent()) {
            Explanation explanation = Explanation.of(query, tree);
            var json = new JsonText()
                    .open('{')
                    .name("visits")
                    .number(explanation.visits())
                    .name("steps")
                    .open('[');
            for (Explanation.Step step : explanation.steps()) {
                json.open('{')
                        .name("segment")
                        .text(step.segment())
                        .name("visits")
                        .number(step.visits());
                json.name("matches").number(step.matches()).close('}');
            }
            json(exchange, 200, json.close(']').close('}').toString());
            return;
        }
        if (parameter(exchange, "live").isPresent()) {
            feeds.follow(query);
        }
        exchange.set(SEQ, Long.toString(feeds.seq()));
        json(exchange, 200, Answers.list(queries.run(query)));
    }

    private void pull(Exchange exchange, Query query) throws IOException {
        Feed feed = feeds.follow(query);
        long since = since(exchange);
        boolean isStream = exchange.header("Accept").orElse("").contains("text/event-stream");
        try {
            if (isStream) {
                stream(exchange, feed, since);
            } else {
                Changes changes = feed.await(since, POLL);
                exchange.set(SEQ, Long.toString(changes.seq()));
                json(exchange, 200, changes.toJson());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static long since(Exchange exchange) {
        String text =
                exchange.header(SEQ).or(() -> parameter(exchange, "since")).orElse("-1");
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new QueryException(QueryException.Reason.BAD_KEY, "since: '" + text + "' (expected: a number)");
        }
    }

    /** Server-sent events: {@code change} with the JSON list of a poll, {@code reset} when some were missed. */
    private static void stream(Exchange exchange, Feed feed, long from) throws IOException, InterruptedException {
        exchange.set("Content-Type", "text/event-stream");
        exchange.set("Cache-Control", "no-store");
        OutputStream out = exchange.stream();
        out.write(":\n\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
        Changes changes = feed.await(from, from < 0 ? Duration.ZERO : HEARTBEAT);
        while (true) {
            String event = changes.isReset()
                    ? "id: " + changes.seq() + "\nevent: reset\ndata: []\n\n"
                    : changes.list().isEmpty()
                            ? ":\n\n"
                            : "id: " + changes.seq() + "\nevent: change\ndata: " + changes.toJson() + "\n\n";
            out.write(event.getBytes(StandardCharsets.UTF_8));
            out.flush();
            changes = feed.await(changes.seq(), HEARTBEAT);
        }
    }

    // --- Bytes out ---

    static void file(Exchange exchange, String name, String type) throws IOException {
        try (InputStream in = TreeWeb.class.getResourceAsStream("/io/espalier/metrics/web/" + name)) {
            if (in == null) {
                throw new IOException("the build lacks " + name);
            }
            exchange.set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'");
            byte[] file = in.readAllBytes();
            if (type.startsWith("text/html")) {
                String page = new String(file, StandardCharsets.UTF_8);
                file = page.replace("<!-- around -->\n", Page.around(exchange.surroundings()))
                        .getBytes(StandardCharsets.UTF_8);
            }
            send(exchange, 200, type, file);
        }
    }

    static void json(Exchange exchange, int status, String json) throws IOException {
        send(exchange, status, "application/json", (json + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static void problem(Exchange exchange, int status, String reason, String detail) throws IOException {
        String json = new JsonText()
                .open('{')
                .name("status")
                .number(status)
                .name("reason")
                .text(reason)
                .name("detail")
                .text(detail)
                .close('}')
                .toString();
        send(exchange, status, "application/problem+json", (json + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static void send(Exchange exchange, int status, String type, byte[] body) throws IOException {
        exchange.set("Content-Type", type);
        exchange.set("X-Content-Type-Options", "nosniff");
        exchange.set("Cache-Control", "no-store");
        exchange.send(status, body);
    }

    @Override
    public void close() throws IOException {
        if (server.isPresent()) {
            server.get().close();
        }
    }
}
