package io.espalier.orchestrator.api;

import io.espalier.orchestrator.rollout.Following;
import io.espalier.orchestrator.rollout.Rollout;
import io.espalier.orchestrator.rollout.RolloutEvent;
import io.espalier.orchestrator.rollout.RolloutId;
import io.espalier.orchestrator.rollout.Rollouts;
import io.espalier.protocol.api.EventView;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * A rollout's events as a stream (WHATWG HTML, 9.2): each under its id, so that a client that was cut off goes on where
 * it was; a comment now and then, so that both ends notice when the other is gone; {@code event: end} at the end.
 *
 * <p>The request's own virtual thread writes it, so a reader that is slow holds up nobody but itself.
 */
@RestController
final class EventStream {

    private static final int MOST_READERS = 500;
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    /** How soon a stream notices that the orchestrator ends. */
    private static final Duration LOOK = Duration.ofMillis(500);

    private final RolloutDesk desk;
    private final Rollouts rollouts;
    private final JsonMapper json;
    private final Semaphore readers = new Semaphore(MOST_READERS);
    private volatile boolean ending;

    EventStream(RolloutDesk desk, Rollouts rollouts, JsonMapper json) {
        this.desk = desk;
        this.rollouts = rollouts;
        this.json = json;
    }

    @GetMapping(path = "/api/v1/rollouts/{id}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void stream(
            @PathVariable long id,
            @RequestParam(defaultValue = "0") long since,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable Long last,
            HttpServletResponse response)
            throws IOException {
        Rollout rollout = desk.find(id);
        if (!readers.tryAcquire()) {
            throw RequestRefused.tooMany(MOST_READERS + " streams are open; poll the same URL without streaming");
        }
        try {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            response.setCharacterEncoding(StandardCharsets.UTF_8.name());
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Accel-Buffering", "no"); // nginx would wait for a full buffer
            write(rollout, rollouts.follow(new RolloutId(id), last == null ? since : last), response);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            readers.release();
        }
    }

    private void write(Rollout rollout, Following following, HttpServletResponse response)
            throws IOException, InterruptedException {
        var out = response.getWriter();
        out.write("retry: 1000\n\n");
        response.flushBuffer();
        long told = System.nanoTime();
        while (!ending) {
            // Before the events: what came in between is read once more and found to be nothing
            boolean isOver = rollouts.find(rollout.id()).state().isOver();
            List<RolloutEvent> events = following.next(isOver ? Duration.ZERO : LOOK);
            if (events.isEmpty() && isOver) {
                out.write("event: end\ndata: "
                        + json.writeValueAsString(desk.view(rollout.id().value())) + "\n\n");
                response.flushBuffer();
                return;
            }
            if (events.isEmpty() && System.nanoTime() - told < HEARTBEAT.toNanos()) {
                continue;
            }
            if (events.isEmpty()) {
                out.write(": still here\n\n");
            }
            for (RolloutEvent event : events) {
                EventView view = RolloutDesk.view(rollout, event);
                out.write("id: " + view.id() + "\nevent: " + view.kind() + "\ndata: " + json.writeValueAsString(view)
                        + "\n\n");
            }
            if (out.checkError()) {
                return; // the reader is gone
            }
            response.flushBuffer();
            told = System.nanoTime();
        }
    }

    /** Lets every reader go, who comes back when the next orchestrator is there. */
    @EventListener
    void ending(ContextClosedEvent event) {
        ending = true;
    }
}
