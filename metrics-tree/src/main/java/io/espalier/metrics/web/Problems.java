package io.espalier.metrics.web;

import io.espalier.metrics.query.QueryException;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.trend.TrendException;
import java.io.IOException;
import java.util.Optional;

/** What is answered when a request cannot be. */
final class Problems {
    private Problems() {}

    static void answer(Exchange exchange, MetricTree tree, HttpDoor.Handler handler) throws IOException {
        try {
            handler.handle(exchange);
        } catch (QueryException e) {
            int status = e.reason() == QueryException.Reason.BAD_KEY ? 400 : 422;
            TreeWeb.problem(exchange, status, e.reason().name(), String.valueOf(e.getMessage()));
        } catch (PushBody.RefusedException e) {
            tree.note("drops,push", 1, Optional.of(e.reason() + ": " + e.getMessage()));
            if (e.status() == 503) {
                exchange.set("Retry-After", "1");
            }
            TreeWeb.problem(exchange, e.status(), e.reason(), String.valueOf(e.getMessage()));
        } catch (TrendException e) {
            int status = switch (e.reason()) {
                case BAD_RANGE -> 400;
                case BUDGET, LATE -> 422;
                case AWAY -> 503;
            };
            TreeWeb.problem(exchange, status, e.reason().name(), String.valueOf(e.getMessage()));
        }
    }
}
