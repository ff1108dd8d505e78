package io.espalier.orchestrator.tree;

import io.espalier.metrics.TreeServer;
import io.espalier.metrics.web.Surroundings;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.security.web.csrf.CsrfToken;

/**
 * The tree's URLs. Each request has a thread of its own (a virtual one), also those that wait for hours; how many may is
 * bounded, so that the pages of the orchestrator keep their share of connections.
 */
public final class TreeServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Questions that are worked on at a time; a picture may take 50 MB while it is drawn. */
    private static final int ASKING = 16;

    private static final List<Surroundings.Link> LINKS = List.of(
            new Surroundings.Link("/fleet", "Fleet", false),
            new Surroundings.Link("/sources", "Sources", false),
            new Surroundings.Link("/rollouts", "Rollouts", false),
            new Surroundings.Link("/drift", "Drift", false),
            new Surroundings.Link("/dns", "Names", false),
            new Surroundings.Link("/workers", "Workers", false),
            new Surroundings.Link("/realtime/", "Tree", true),
            new Surroundings.Link("/backups", "Backups", false),
            new Surroundings.Link("/settings", "Settings", false));

    private final transient RunningTree tree;
    private final transient Semaphore watching;
    private final transient Semaphore asking = new Semaphore(ASKING);

    /** @param watchers how many may watch at a time */
    public TreeServlet(RunningTree tree, int watchers) {
        this.tree = tree;
        watching = new Semaphore(watchers);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI();
        tree.enter();
        try {
            Optional<TreeServer> server = tree.await(PATIENCE);
            if (server.isEmpty()) {
                refuse(response, "AWAY", "the tree is not open: " + tree.trouble());
            } else if (TreeUrls.isPush(path)) {
                answer(server.get(), request, response);
            } else if (TreeUrls.isLive(path)) {
                if (watching.tryAcquire()) {
                    try {
                        answer(server.get(), request, response);
                    } finally {
                        watching.release();
                    }
                } else {
                    refuse(response, "BUSY", "too many watch at once (setting espalier.tree.watchers)");
                }
            } else if (asking.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    answer(server.get(), request, response);
                } finally {
                    asking.release();
                }
            } else {
                refuse(response, "BUSY", "too much is being asked at once: try again");
            }
        } catch (InterruptedException e) {
            refuse(response, "AWAY", "the tree is ending");
        } finally {
            tree.leave();
        }
    }

    private static void answer(TreeServer server, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        server.web().answer(new ServletVisit(request, response), new Surroundings(LINKS, () -> proof(request)));
    }

    /** What a form must send back, so that no page of another site can have a visitor's browser send it. */
    private static Map<String, String> proof(HttpServletRequest request) {
        return request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token
                ? Map.of(token.getParameterName(), token.getToken())
                : Map.of();
    }

    private static void refuse(HttpServletResponse response, String reason, String detail) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setHeader("Retry-After", "1");
        response.setContentType("application/problem+json");
        String text = detail.replace("\\", "\\\\").replace("\"", "\\\"");
        response.getOutputStream()
                .write("{\"status\":503,\"reason\":\"%s\",\"detail\":\"%s\"}\n"
                        .formatted(reason, text)
                        .getBytes(StandardCharsets.UTF_8));
    }
}
