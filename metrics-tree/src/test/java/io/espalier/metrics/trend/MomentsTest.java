package io.espalier.metrics.trend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "now, 2026-03-01T12:00:00Z",
        "-6h, 2026-03-01T06:00:00Z",
        "now-5min, 2026-03-01T11:55:00Z",
        "-2weeks, 2026-02-15T12:00:00Z",
        "today, 2026-03-01T00:00:00Z",
        "midnight+1h, 2026-03-01T01:00:00Z",
        "yesterday, 2026-02-28T00:00:00Z",
        "1700000000, 2023-11-14T22:13:20Z",
        "1700000000000, 2023-11-14T22:13:20Z",
        "20260301, 2026-03-01T00:00:00Z",
        "12:30_20260301, 2026-03-01T12:30:00Z",
        "2026-03-01, 2026-03-01T00:00:00Z",
        "2026-03-01T12:30, 2026-03-01T12:30:00Z",
        "2026-03-01T12:30:00+01:00, 2026-03-01T11:30:00Z"
    })
    void isReadAsMeant(String text, Instant meant) {
        assertThat(Moments.parse(text, NOW)).isEqualTo(meant.getEpochSecond());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-6parsecs", "25:00_20260301", "2026-13-01", "now-", "99999999999999999999"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Moments.parse(text, NOW)).isInstanceOf(TrendException.class);
    }

    @Test
    void rangesFitTheirStep() {
        assertThat(Range.of(1003, 1057, 10)).isEqualTo(new Range(1000, 1060, 10));
        assertThat(Range.fitting(0, 86_400, 300, 10).step()).isEqualTo(300);
        assertThat(Range.fitting(0, 3600, 1000, 10).step()).isEqualTo(10);
        assertThat(Range.fitting(0, 730 * 86_400L, 500, 10).step() % 86_400).isZero();
        assertThatThrownBy(() -> Range.of(0, 10_000_000, 10)).isInstanceOf(TrendException.class);
        assertThatThrownBy(() -> Range.of(100, 50, 10)).isInstanceOf(TrendException.class);
    }
}
