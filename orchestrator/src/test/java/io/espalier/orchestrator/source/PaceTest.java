package io.espalier.orchestrator.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.protocol.Reason;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final Pace PACE = new Pace(Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(300));
    private static final RandomGenerator NONE = () -> 0;
    private static final RandomGenerator MOST = () -> -1;

    @Test
    void intervalIsShortenedByUpToAFifth() {
        assertThat(PACE.after(new Outcome.Settled(), 0, NONE)).isEqualTo(Duration.ofSeconds(60));
        assertThat(PACE.after(new Outcome.Settled(), 0, MOST))
                .isBetween(Duration.ofSeconds(48), Duration.ofSeconds(49));
    }

    @Test
    void failuresAreRetriedWithDoublingDelays() {
        var failed = new Outcome.Failed(Reason.FETCH_FAILED, "");
        assertThat(PACE.after(failed, 1, NONE)).isEqualTo(Duration.ofSeconds(5));
        assertThat(PACE.after(failed, 2, NONE)).isEqualTo(Duration.ofSeconds(10));
        assertThat(PACE.after(failed, 5, NONE)).isEqualTo(Duration.ofSeconds(80));
        assertThat(PACE.after(failed, 7, NONE)).isEqualTo(Duration.ofSeconds(300));
        assertThat(PACE.after(failed, 1_000_000, NONE)).isEqualTo(Duration.ofSeconds(300));
    }

    @Test
    void whatNeedsAPersonIsLookedAtRarely() {
        assertThat(PACE.after(new Outcome.Stalled(Reason.AUTH_FAILED, ""), 1, NONE))
                .isEqualTo(Duration.ofSeconds(300));
    }
}
