package io.espalier.metrics.web;

import io.espalier.metrics.ingest.Intake;
import io.espalier.metrics.ingest.Report;
import io.espalier.metrics.live.Answers;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.relay.Relay;
import io.espalier.metrics.tree.MetricTree;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** The URLs of a relay: it takes what a tree takes, and answers only about itself. */
public final class RelayWeb implements AutoCloseable {
    private final Queries queries;
    private final Intake intake;
    private final Relay relay;
    private final List<Route> routes;
    private final HttpDoor server;

    public RelayWeb(InetSocketAddress address, MetricTree tree, Queries queries, Intake intake, Relay relay)
            throws IOException {
        this.queries = queries;
        this.intake = intake;
        this.relay = relay;
        routes = List.of(new ParcelRoute(tree), new SelfRoutes(tree, queries));
        server = new HttpDoor(
                address,
                exchange -> Problems.answer(exchange, tree, this::route),
                HttpDoor.Patience.USUAL,
                (reason, sample) -> tree.note("drops," + reason, 1, Optional.of(sample)));
    }

    public int port() {
        return server.port();
    }

    private void route(Exchange exchange) throws IOException {
        String path = exchange.path();
        if (path.equals("/push") || path.equals("/push/")) {
            push(exchange);
            return;
        }
        for (Route route : routes) {
            if (route.answer(exchange)) {
                return;
            }
        }
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            exchange.set("Allow", "GET");
            TreeWeb.problem(exchange, 405, "METHOD", "only GET here");
        } else if (path.equals("/")) {
            own(exchange, MetricTree.SELF + ",relay");
        } else if (path.startsWith("/get/" + MetricTree.SELF) || path.startsWith("/get/%7Etree")) {
            own(exchange, path.substring("/get/".length()).replace("%7E", "~"));
        } else {
            TreeWeb.problem(
                    exchange,
                    404,
                    "RELAY",
                    "a relay keeps no values: ask the tree that it sends to; here are /get/~tree, /limits and /metrics");
        }
    }

    private void own(Exchange exchange, String key) throws IOException {
        TreeWeb.json(exchange, 200, Answers.list(queries.run(Query.ofUrl(key))));
    }

    /** With {@code sync=1} it answers when all of it is on disk. */
    private void push(Exchange exchange) throws IOException {
        if (!exchange.method().equals("POST") && !exchange.method().equals("PUT")) {
            exchange.set("Allow", "POST, PUT");
            TreeWeb.problem(exchange, 405, "METHOD", "POST values to /push");
            return;
        }
        Report report = PushBody.read(exchange, intake);
        boolean isSync = List.of(exchange.query().orElse("").split("&")).contains("sync=1");
        if (isSync && report.merged() > 0 && !relay.settle()) {
            throw new PushBody.RefusedException(
                    503, "SPOOL", "the disk did not take it in time; it may be sent nevertheless");
        }
        TreeWeb.json(exchange, report.merged() == 0 ? 422 : 200, report.toJson());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
