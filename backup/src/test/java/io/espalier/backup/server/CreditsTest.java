package io.espalier.backup.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CreditsTest {
    private static final long MIB = 1 << 20;

    @Test
    void windowsOfAMasterNeverExceedItsBudget() {
        var credits = new Credits(20 * MIB, 8 * MIB);
        List<Credits.Window> windows = new ArrayList<>();
        for (Optional<Credits.Window> next = credits.open("a"); next.isPresent(); next = credits.open("a")) {
            windows.add(next.get());
            assertThat(credits.granted("a")).isLessThanOrEqualTo(20 * MIB);
        }
        assertThat(windows).hasSizeGreaterThan(6).allMatch(window -> window.bytes() >= Credits.LEAST);
        assertThat(credits.open("b")).isPresent();
    }

    @Test
    void windowComesBackOnce() {
        var credits = new Credits(2 * MIB, 8 * MIB);
        Credits.Window first = credits.open("a").orElseThrow();
        Credits.Window second = credits.open("a").orElseThrow();
        assertThat(credits.open("a")).isEmpty();
        first.close();
        first.close();
        assertThat(credits.granted("a")).isEqualTo(second.bytes());
        assertThat(credits.open("a")).isPresent();
    }
}
