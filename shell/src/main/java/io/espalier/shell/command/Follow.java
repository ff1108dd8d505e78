package io.espalier.shell.command;

import io.espalier.protocol.api.EventView;
import io.espalier.protocol.api.RolloutDetail;
import io.espalier.protocol.api.RolloutView;
import io.espalier.shell.client.ClientException;
import io.espalier.shell.line.Option;
import io.espalier.shell.view.Page;
import io.espalier.shell.view.RolloutPages;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Shows a rollout's events as they come, until it ends. Asks again and again from the last event seen, so that an
 * orchestrator that restarts in the middle, or a broken connection, costs no event and shows none twice.
 */
final class Follow {
    private static final Duration PACE = Duration.ofMillis(200);
    private static final Duration PACE_WHILE_LOST = Duration.ofSeconds(1);
    /** Every so many looks at the events, also the state: a pause has a word there. */
    private static final int LOOKS_PER_STATE = 10;

    private final Call call;
    private final long id;
    private final Duration limit;
    private long last;
    private boolean ended;
    private boolean lost;
    private String told = "";

    Follow(Call call, long id, Duration limit) {
        this.call = call;
        this.id = id;
        this.limit = limit;
    }

    static boolean isOver(RolloutView rollout) {
        return switch (rollout.state()) {
            case "done", "failed", "aborted", "superseded", "rolled-back" -> true;
            default -> rollout.endedAt() != null;
        };
    }

    /** @throws CommandException if it has not ended within the limit */
    RolloutDetail toEnd() throws InterruptedException {
        Instant deadline = call.clock().instant().plus(limit);
        for (int look = 0; call.clock().instant().isBefore(deadline); look++) {
            try {
                showNewEvents();
                if (ended || look % LOOKS_PER_STATE == 0) {
                    var detail = call.api().rollout(id);
                    if (isOver(detail.rollout())) {
                        showRest();
                        return detail;
                    }
                    tellWhyItWaits(detail.rollout());
                }
                if (lost) {
                    call.console().say("connected again");
                    lost = false;
                }
            } catch (ClientException e) {
                if (!e.isPassing()) {
                    throw e;
                }
                if (!lost) {
                    call.console().say(e.sentence() + "; trying again");
                }
                lost = true;
            }
            Thread.sleep(lost ? PACE_WHILE_LOST : PACE);
        }
        throw CommandException.failed(
                "rollout " + id + " has not ended within " + limit.toMinutes() + " min; it goes on",
                "espalier rollout " + id + " --follow");
    }

    /** The orchestrator gives a bounded number at a time. */
    private void showRest() {
        long before;
        do {
            before = last;
            showNewEvents();
        } while (last > before);
    }

    private void showNewEvents() {
        List<EventView> events = call.api().rolloutEvents(id, last);
        for (EventView event : events) {
            if (event.id() > last) {
                boolean detail = event.kind().equals("step") || event.kind().equals("started");
                if (!detail || call.has(Option.VERBOSE)) {
                    call.show(page -> RolloutPages.event(page, event));
                }
                last = event.id();
            }
            ended |= event.kind().equals("ended");
        }
    }

    private void tellWhyItWaits(RolloutView rollout) {
        if (rollout.state().equals(told)) {
            return;
        }
        told = rollout.state();
        switch (told) {
            case "approval" -> call.console().say("waits for a person: espalier rollout approve " + id);
            case "paused" -> {
                String why = rollout.detail() == null ? "" : " (" + Page.oneLine(rollout.detail()) + ")";
                call.console().say("is paused" + why + ": espalier rollout resume " + id);
            }
            default -> {}
        }
    }
}
