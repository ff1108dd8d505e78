package io.espalier.httpdns.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.httpdns.answer.ResourceRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CacheRulesTest {
    private final CacheRules rules = CacheRules.USUAL;

    private static ResourceRecord record(int type, long ttl) {
        return new ResourceRecord("www.example", type, ttl, new byte[4], "x");
    }

    private static ResourceRecord soa(long ttl, long minimum) {
        var data =
                ByteBuffer.allocate(22).put(new byte[18]).putInt((int) minimum).array();
        return new ResourceRecord("example", 6, ttl, data, "x");
    }

    @Test
    void positiveAnswerLivesAsLongAsItsShortestRecordBetweenFloorAndCap() {
        var random = new Random(1);
        for (var round = 0; round < 10_000; round++) {
            var records = new ArrayList<ResourceRecord>();
            var least = Long.MAX_VALUE;
            for (var i = random.nextInt(1, 6); i > 0; i--) {
                var ttl = random.nextInt(4) == 0 ? random.nextLong(1L << 31) : random.nextLong(400);
                least = Math.min(least, ttl);
                records.add(record(1, ttl));
            }
            assertThat(rules.lifetime(1, 0, records, List.of())).isEqualTo(Math.clamp(least, 1, 86_400));
        }
    }

    @Test
    void negativeAnswerLivesAsLongAsItsSoaAllowsAndNoLongerThanTheCap() {
        var random = new Random(2);
        for (var round = 0; round < 10_000; round++) {
            var ttl = random.nextLong(1000);
            var minimum = random.nextLong(1000);
            assertThat(rules.lifetime(1, 3, List.of(), List.of(soa(ttl, minimum))))
                    .isEqualTo(Math.clamp(Math.min(ttl, minimum), 1, 300));
        }
        assertThat(rules.lifetime(1, 3, List.of(), List.of(soa(60, 0xffff_ffffL))))
                .as("a minimum above 2^31-1 is none")
                .isEqualTo(1);
    }

    @Test
    void aliasBoundsTheNegativeAnswerBehindIt() {
        assertThat(rules.lifetime(1, 3, List.of(record(5, 20)), List.of(soa(60, 60))))
                .isEqualTo(20);
    }

    @Test
    void whatNobodyVouchesForIsNotKept() {
        assertThat(rules.lifetime(1, 3, List.of(), List.of())).isZero();
        assertThat(rules.lifetime(1, 0, List.of(), List.of())).isZero();
        assertThat(rules.lifetime(1, 0, List.of(record(5, 60)), List.of())).isZero();
        assertThat(rules.lifetime(5, 0, List.of(record(5, 60)), List.of())).isEqualTo(60);
    }

    @Test
    void jitterTakesAtMostATwentiethAndNothingOfAShortLife() {
        var random = new Random(3);
        for (var round = 0; round < 10_000; round++) {
            var seconds = random.nextLong(1, 86_401);
            var kept = rules.kept(seconds, random.nextDouble());
            assertThat(kept).isBetween(seconds * 950, seconds * 1000);
            if (seconds < 20) {
                assertThat(kept).isEqualTo(seconds * 1000);
            }
        }
    }

    @Test
    void failuresAreRememberedLongerEachTimeUpToAMinute() {
        assertThat(List.of(0, 1, 2, 3, 4, 50).stream()
                        .map(before -> rules.failure(before).toSeconds()))
                .containsExactly(5L, 10L, 20L, 40L, 60L, 60L);
    }

    @Test
    void settingsThatBreakTheRulesOfTheProtocolAreRefused() {
        assertThatThrownBy(() -> with(Duration.ofSeconds(6), Duration.ofSeconds(30)))
                .hasMessage("floor: 6 s (expected: 0 to 5)");
        assertThatThrownBy(() -> with(Duration.ZERO, Duration.ZERO)).hasMessage("staleTtl: 0 s (expected: 1 to 300)");
    }

    private static CacheRules with(Duration floor, Duration staleTtl) {
        return new CacheRules(
                floor,
                Duration.ofDays(1),
                Duration.ofMinutes(5),
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                Duration.ofDays(1),
                staleTtl,
                Duration.ofSeconds(30),
                0.05);
    }
}
