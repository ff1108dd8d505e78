package io.espalier.orchestrator.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class TimesTest {

    private static final Instant NOW = Instant.parse("2026-11-20T20:00:00.5Z");

    private final Times times = new Times(InstantSource.fixed(NOW));

    private String ago(String duration) {
        return times.ago(NOW.minus(Duration.parse(duration)));
    }

    @Test
    void timesAreToldRoughly() {
        assertThat(ago("PT1S")).isEqualTo("just now");
        assertThat(ago("PT42S")).isEqualTo("42 s ago");
        assertThat(ago("PT59M59S")).isEqualTo("59 min ago");
        assertThat(ago("PT47H")).isEqualTo("47 h ago");
        assertThat(ago("P12D")).isEqualTo("12 days ago");
        assertThat(ago("-PT5M")).isEqualTo("in 5 min");
    }

    @Test
    void exactTimeIsToTheSecond() {
        assertThat(times.exact(NOW)).isEqualTo("2026-11-20T20:00:00Z");
    }

    @Test
    void durationsGetTheUnitThatFits() {
        assertThat(times.took(41)).isEqualTo("41 ms");
        assertThat(times.took(1_249)).isEqualTo("1.2 s");
        assertThat(times.took(185_000)).isEqualTo("3 min");
    }

    @Test
    void sizesGetTheUnitThatFits() {
        var sizes = new Sizes();
        assertThat(sizes.of(812)).isEqualTo("812 B");
        assertThat(sizes.of(4_200)).isEqualTo("4.1 kB");
        assertThat(sizes.of(17L << 30)).isEqualTo("17 GB");
    }
}
