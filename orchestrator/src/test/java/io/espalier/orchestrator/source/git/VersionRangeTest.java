package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.orchestrator.source.SourceException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges as people know them from package managers. */
class VersionRangeTest {

    private static final List<String> TAGS = List.of(
            "v0.0.3",
            "v0.0.4",
            "v0.2.3",
            "v0.2.9",
            "v0.3.0",
            "v1.2.3",
            "v1.2.9",
            "v1.4.0",
            "v2.0.0-rc.1",
            "v2.0.0",
            "v3.0.0-rc.1",
            "other");

    @ParameterizedTest
    @CsvSource({
        "semver, v2.0.0",
        "semver ^1.2, v1.4.0",
        "semver ^1.2.3, v1.4.0",
        "semver ^0.2.3, v0.2.9",
        "semver ^0.0.3, v0.0.3",
        "semver ^0, v0.3.0",
        "semver ~1.2.3, v1.2.9",
        "semver ~1.2, v1.2.9",
        "semver ~1, v1.4.0",
        "semver 1, v1.4.0",
        "semver 1.2, v1.2.9",
        "semver =1.2.3, v1.2.3",
        "semver v1.2.3, v1.2.3",
        "semver >=1.2 <2, v1.4.0",
        "semver <2, v1.4.0",
        "semver <=1.2, v1.2.9",
        "semver <=1.2.3, v1.2.3",
        "semver >1.2 <2.0.0, v1.4.0",
        "semver >2.0.0, v3.0.0-rc.1",
        "semver ^3, v3.0.0-rc.1",
    })
    void highestVersionInTheRangeIsPicked(String pick, String expected) {
        assertThat(WantedRef.newest(TAGS, pick)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"semver ^4", "semver >1 <1", "semver 1.3", "semver >=1.4.1 <2"})
    void rangeWithoutAVersionPicksNone(String pick) {
        assertThat(WantedRef.newest(TAGS, pick)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "newest",
                "semver x",
                "semver 1.2.3.4",
                "semver 1..2",
                "semver ^",
                "semver 01",
                "semver1",
                "semver >= 1",
                "semver 1.2.3-rc.1",
                "semver 9999999999"
            })
    void whatIsNoRangeIsRefused(String pick) {
        assertThatThrownBy(() -> WantedRef.of("refs/tags/v*", Optional.of(pick)))
                .isInstanceOf(SourceException.class);
    }

    @Test
    void rangeNeedsARefThatMatchesSeveral() {
        assertThatThrownBy(() -> WantedRef.of("main", Optional.of("semver ^1"))).isInstanceOf(SourceException.class);
    }
}
