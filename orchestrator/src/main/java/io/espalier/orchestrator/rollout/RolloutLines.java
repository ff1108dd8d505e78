package io.espalier.orchestrator.rollout;

import java.util.Optional;

/** Events as the lines that a pusher sees: {@code wave 1/2 web1 applied in 41 ms}. */
public final class RolloutLines {

    private final Rollout rollout;

    public RolloutLines(Rollout rollout) {
        this.rollout = rollout;
    }

    /** {@code rollout 12: deploy 4f5c1a2b} */
    public String title() {
        String kind = rollout.kind().name().toLowerCase(java.util.Locale.ROOT);
        String revision = rollout.revision();
        return "rollout " + rollout.id() + ": " + kind + " " + revision.substring(0, Math.min(8, revision.length()));
    }

    /** Empty for what only a log wants to know. */
    public Optional<String> line(RolloutEvent event) {
        String host = event.host().map(name -> name.value() + " ").orElse("");
        return switch (event.kind()) {
            case APPLIED -> Optional.of(wave(event) + host + "applied in " + event.millis() + " ms");
            case FAILED -> Optional.of(wave(event) + host + "FAILED " + event.reason() + ": " + event.detail());
            case WAITING -> Optional.of(wave(event) + host + "waits, " + event.reason() + ": " + event.detail());
            case STATE -> stateLine(event.detail());
            case VERDICT -> Optional.of(event.detail());
            case WAVE, SENT, STEP, REPLANNED, PENDING -> Optional.empty();
        };
    }

    private static Optional<String> stateLine(String detail) {
        return detail.startsWith("soaking") ? Optional.of(detail) : Optional.empty();
    }

    private String wave(RolloutEvent event) {
        return event.wave() == 0 ? "" : "wave " + event.wave() + "/" + Math.max(event.wave(), rollout.waves()) + " ";
    }
}
