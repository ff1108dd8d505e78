package io.espalier.httpdns.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BreakerTest {
    private static final long MILLI = 1_000_000L;
    private final Breaker breaker = new Breaker();

    private void fail(int times, long from, long step) {
        for (var i = 0; i < times; i++) {
            breaker.bad(from + i * step);
        }
    }

    @Test
    void fiveFailuresWithinASecondOpenItForASecond() {
        fail(4, 0, MILLI);
        assertThat(breaker.admits(5 * MILLI)).isTrue();
        assertThat(breaker.bad(5 * MILLI)).isTrue();
        assertThat(breaker.admits(6 * MILLI)).isFalse();
        assertThat(breaker.admits(1004 * MILLI)).isFalse();
        assertThat(breaker.isOut(6 * MILLI)).isTrue();
    }

    @Test
    void oneCallTriesAndTheOthersWaitForWhatItFinds() {
        fail(5, 0, MILLI);
        assertThat(breaker.admits(1100 * MILLI)).isTrue();
        assertThat(breaker.admits(1101 * MILLI)).isFalse();
        breaker.good();
        assertThat(breaker.admits(1102 * MILLI)).isTrue();
        assertThat(breaker.isOut(1102 * MILLI)).isFalse();
    }

    @Test
    void failedTryKeepsItOpen() {
        fail(5, 0, MILLI);
        assertThat(breaker.admits(1100 * MILLI)).isTrue();
        assertThat(breaker.bad(1140 * MILLI)).isFalse();
        assertThat(breaker.admits(2100 * MILLI)).isFalse();
        assertThat(breaker.admits(2141 * MILLI)).isTrue();
    }

    @Test
    void failuresFarApartDoNotOpenIt() {
        fail(20, 0, 300 * MILLI);
        assertThat(breaker.admits(6000 * MILLI)).isTrue();
    }

    @Test
    void nodeThatIsNeverTriedAgainIsNotOutForEver() {
        fail(5, 0, MILLI);
        assertThat(breaker.isOut(20_000 * MILLI)).isFalse();
    }
}
