package io.espalier.orchestrator.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.MutableClock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackOffTest {

    private final MutableClock clock = MutableClock.fixed();
    private final BackOff backOff = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(30), clock, new Random(1));

    private Duration delay() {
        return Duration.between(clock.instant(), backOff.notBefore());
    }

    @Test
    void delayGrowsToItsLimitAndIsNeverWholeOrNothing() {
        assertThat(backOff.isOver()).isTrue();
        for (long limit : new long[] {1, 2, 4, 8, 16, 30, 30, 30}) {
            backOff.failed();
            assertThat(backOff.isOver()).isFalse();
            assertThat(delay()).isBetween(Duration.ofSeconds(limit).dividedBy(2), Duration.ofSeconds(limit));
        }
        for (int i = 0; i < 1_000; i++) {
            backOff.failed();
        }
        assertThat(delay()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
    }

    @Test
    void successForgetsTheFailures() {
        backOff.failed();
        backOff.failed();
        backOff.succeeded();
        assertThat(backOff.isOver()).isTrue();
        backOff.failed();
        assertThat(delay()).isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void delayEnds() {
        backOff.failed();
        clock.advance(Duration.ofSeconds(1));
        assertThat(backOff.isOver()).isTrue();
    }
}
