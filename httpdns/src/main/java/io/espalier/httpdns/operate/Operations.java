package io.espalier.httpdns.operate;

import io.espalier.httpdns.access.Callers.Caller;
import io.espalier.httpdns.access.Reason;
import io.espalier.httpdns.access.RefusedException;
import io.espalier.httpdns.answer.Names;
import io.espalier.httpdns.answer.Trace;
import io.espalier.httpdns.dialect.Asked;
import io.espalier.httpdns.dialect.Body;
import io.espalier.httpdns.dialect.Dialects;
import io.espalier.httpdns.dialect.Json;
import io.espalier.httpdns.dialect.Request;
import io.espalier.httpdns.dialect.Terms;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What operators ask for: {@code GET /health}, and with an operator's network or token {@code GET /metrics}, {@code GET
 * /stats}, {@code POST /purge?name=&below=1}, {@code POST /warm?name=a,b}, {@code POST /drain}. Waits for upstreams when
 * it warms up, so it belongs on a virtual thread.
 */
public final class Operations {
    private final Names names;
    private final Purge purge;
    private final Tallies tallies;
    private final BooleanSupplier isDraining;
    private final Runnable drain;
    private final Clock clock;

    public Operations(
            Names names, Purge purge, Tallies tallies, BooleanSupplier isDraining, Runnable drain, Clock clock) {
        this.names = names;
        this.purge = purge;
        this.tallies = tallies;
        this.isDraining = isDraining;
        this.drain = drain;
        this.clock = clock;
    }

    /** True if this path is an operator's and not a dialect's. */
    public static boolean isMeant(String path) {
        return switch (path) {
            case "/health", "/metrics", "/stats", "/purge", "/warm", "/drain" -> true;
            default -> false;
        };
    }

    /** @throws RefusedException if this caller may not, or the request makes no sense */
    public Body run(Request request, Caller caller) throws RefusedException, InterruptedException {
        if (request.path().equals("/health")) {
            require(request, "GET");
            if (isDraining.getAsBoolean()) {
                throw new RefusedException(Reason.DRAINING, "this server is about to leave");
            }
            return text("ok\n");
        }
        if (!caller.isOperator()) {
            throw new RefusedException(Reason.NOT_ALLOWED, "for operators only");
        }
        return switch (request.path()) {
            case "/metrics" -> {
                require(request, "GET");
                yield new Body(
                        "text/plain; version=0.0.4; charset=utf-8",
                        tallies.prometheus().getBytes(StandardCharsets.UTF_8),
                        0,
                        Map.of());
            }
            case "/stats" -> {
                require(request, "GET");
                yield json(tallies.tree());
            }
            case "/purge" -> {
                require(request, "POST");
                yield purge(request);
            }
            case "/warm" -> {
                require(request, "POST");
                yield warm(request);
            }
            default -> {
                require(request, "POST");
                drain.run();
                yield text("draining\n");
            }
        };
    }

    private Body purge(Request request) throws RefusedException {
        var asked = asDn(request);
        var isBelow = ("&" + request.query() + "&").contains("&below=1&");
        var gone = asked.questions().stream()
                .map(question -> question.name())
                .distinct()
                .mapToInt(name -> purge.purge(name, isBelow))
                .sum();
        return json(new Json().open('{').name("purged").number(gone).close('}') + "\n");
    }

    private Body warm(Request request) throws RefusedException, InterruptedException {
        var found = 0;
        var asked = asDn(request);
        for (var question : asked.questions()) {
            var answer = names.lookup(question, Trace.NONE);
            found += answer.rcode() == 0 && !answer.records().isEmpty() ? 1 : 0;
        }
        return json(new Json()
                        .open('{')
                        .name("asked")
                        .number(asked.questions().size())
                        .name("found")
                        .number(found)
                        .close('}')
                + "\n");
    }

    /** Names and types are written as in our own dialect. */
    private Asked asDn(Request request) throws RefusedException {
        var query = request.query().replaceAll("(^|&)below=1(?=&|$)", "");
        return Dialects.read(Request.get("/dn?" + query, ""), new Terms(Terms.USUAL.accounts(), 100), clock.instant());
    }

    private static void require(Request request, String method) throws RefusedException {
        var sent = request.method().equals("HEAD") ? "GET" : request.method();
        if (!sent.equals(method)) {
            throw new RefusedException(Reason.METHOD_NOT_ALLOWED, "expected " + method);
        }
    }

    private static Body text(String text) {
        return new Body("text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8), 0, Map.of());
    }

    private static Body json(String text) {
        return new Body("application/json", text.getBytes(StandardCharsets.UTF_8), 0, Map.of());
    }
}
