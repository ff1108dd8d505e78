package io.espalier.orchestrator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PausesTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final Pauses pauses = new Pauses(Duration.ofSeconds(5), Duration.ofSeconds(60));

    private boolean isDue(long... secondsAgo) {
        List<Instant> tries =
                Arrays.stream(secondsAgo).mapToObj(NOW::minusSeconds).toList();
        return pauses.isDue(tries, NOW);
    }

    @Test
    void untriedIsDue() {
        assertThat(isDue()).isTrue();
    }

    @Test
    void eachTryMakesThePauseThreeTimesAsLong() {
        assertThat(isDue(4)).isFalse();
        assertThat(isDue(5)).isTrue();
        assertThat(isDue(14, 19)).isFalse();
        assertThat(isDue(15, 20)).isTrue();
        assertThat(isDue(44, 60, 70)).isFalse();
        assertThat(isDue(45, 60, 70)).isTrue();
    }

    @Test
    void pauseIsNeverLongerThanTheLongest() {
        assertThat(isDue(59, 60, 61, 62, 63, 64)).isFalse();
        assertThat(isDue(60, 61, 62, 63, 64, 65)).isTrue();
    }

    @Test
    void timeOfPeaceBeginsAnew() {
        assertThat(isDue(5, 200, 210, 220)).isTrue();
    }
}
