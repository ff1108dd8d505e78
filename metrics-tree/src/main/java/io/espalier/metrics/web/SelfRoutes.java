package io.espalier.metrics.web;

import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.query.Result;
import io.espalier.metrics.query.Value;
import io.espalier.metrics.tree.MetricTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What a tree says about itself: {@code /limits} and, for Prometheus, {@code /metrics}. */
final class SelfRoutes implements Route {
    private final MetricTree tree;
    private final Queries queries;

    SelfRoutes(MetricTree tree, Queries queries) {
        this.tree = tree;
        this.queries = queries;
    }

    @Override
    public boolean answer(Exchange exchange) throws IOException {
        if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
            return false;
        }
        switch (exchange.path()) {
            case "/limits" -> Limits.of(tree).send(exchange);
            case "/metrics" -> metrics(exchange);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void metrics(Exchange exchange) throws IOException {
        var text = new StringBuilder();
        text.append("# TYPE espalier_tree_leaves gauge\nespalier_tree_leaves ")
                .append(tree.leaves())
                .append('\n');
        text.append("# TYPE espalier_tree_nodes gauge\nespalier_tree_nodes ")
                .append(tree.nodes())
                .append('\n');
        text.append("# TYPE espalier_tree_merges_total counter\nespalier_tree_merges_total ")
                .append(tree.merges())
                .append('\n');
        text.append("# TYPE espalier_tree_notes_total counter\n");
        for (Result result : queries.run(Query.parse(MetricTree.SELF))) {
            if (result.value() instanceof Value.Scalar(double number)) {
                String note = result.key()
                        .substring(MetricTree.SELF.length() + 1)
                        .replace("\\", "")
                        .replace("\"", "");
                text.append("espalier_tree_notes_total{note=\"")
                        .append(note)
                        .append("\"} ")
                        .append((long) number)
                        .append('\n');
            }
        }
        TreeWeb.send(
                exchange,
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
