package io.espalier.backup.retention;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetentionTest {

    private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

    private static Candidate good(String at) {
        return new Candidate("good " + at, "web1/files", Instant.parse(at), true);
    }

    private static Candidate bad(String at) {
        return new Candidate("bad " + at, "web1/files", Instant.parse(at), false);
    }

    private static List<String> kept(List<Candidate> candidates, Keep keep) {
        return Retention.decide(candidates, keep, NOW).stream()
                .filter(Decision::isKept)
                .map(decision -> decision.candidate().id() + ": " + decision.reason())
                .toList();
    }

    @Test
    void theNewestOfEachDayStays() {
        var candidates = List.of(
                good("2026-11-20T01:00:00Z"),
                good("2026-11-20T09:00:00Z"),
                good("2026-11-19T09:00:00Z"),
                good("2026-11-17T09:00:00Z"),
                good("2026-11-16T09:00:00Z"));
        assertThat(kept(candidates, new Keep(0, 3, 0, 0, Duration.ZERO)))
                .containsExactly(
                        "good 2026-11-20T09:00:00Z: last good one",
                        "good 2026-11-19T09:00:00Z: daily 2026-11-19",
                        "good 2026-11-17T09:00:00Z: daily 2026-11-17");
    }

    @Test
    void weeksAndMonthsReachFurther() {
        var candidates = List.of(
                good("2026-11-20T09:00:00Z"),
                good("2026-11-12T09:00:00Z"),
                good("2026-10-30T09:00:00Z"),
                good("2026-10-01T09:00:00Z"),
                good("2026-09-30T09:00:00Z"));
        assertThat(kept(candidates, new Keep(0, 1, 2, 3, Duration.ZERO)))
                .containsExactly(
                        "good 2026-11-20T09:00:00Z: last good one",
                        "good 2026-11-12T09:00:00Z: weekly 2026-W46",
                        "good 2026-10-30T09:00:00Z: monthly 2026-10",
                        "good 2026-09-30T09:00:00Z: monthly 2026-09");
    }

    @Test
    void badOnesNeverPushAGoodOneOut() {
        var candidates = new ArrayList<Candidate>(List.of(good("2026-11-01T09:00:00Z")));
        for (int day = 2; day < 20; day++) {
            candidates.add(bad("2026-11-%02dT09:00:00Z".formatted(day)));
        }
        assertThat(kept(candidates, new Keep(1, 1, 0, 0, Duration.ZERO)))
                .contains("good 2026-11-01T09:00:00Z: last good one")
                .hasSize(19); // those after it tell what went wrong
    }

    @Test
    void aBadOneGoesWhenAGoodOneIsNewer() {
        assertThat(kept(
                        List.of(good("2026-11-20T09:00:00Z"), bad("2026-11-19T09:00:00Z")),
                        new Keep(5, 0, 0, 0, Duration.ZERO)))
                .hasSize(1);
    }

    @Test
    void oneFromTheFutureIsNeitherBelievedNorRemoved() {
        assertThat(kept(
                        List.of(good("2027-11-20T09:00:00Z"), good("2026-11-19T09:00:00Z")),
                        new Keep(1, 0, 0, 0, Duration.ZERO)))
                .containsExactly(
                        "good 2027-11-20T09:00:00Z: dated in the future: a clock is wrong",
                        "good 2026-11-19T09:00:00Z: last good one");
    }

    @Test
    void eachSeriesIsDecidedApart() {
        var other = new Candidate("other", "db1/mysql", Instant.parse("2020-01-01T00:00:00Z"), true);
        assertThat(kept(List.of(good("2026-11-20T09:00:00Z"), other), new Keep(1, 0, 0, 0, Duration.ZERO)))
                .hasSize(2);
    }

    @Test
    void withinKeepsEverythingThatIsNoOlder() {
        assertThat(kept(
                        List.of(
                                good("2026-11-20T09:00:00Z"),
                                bad("2026-11-19T13:00:00Z"),
                                good("2026-11-19T11:00:00Z")),
                        new Keep(0, 0, 0, 0, Duration.ofDays(1))))
                .containsExactly("good 2026-11-20T09:00:00Z: last good one", "bad 2026-11-19T13:00:00Z: within PT24H");
    }

    @Test
    void whateverTheRulesTheLastGoodOneStays() {
        var random = new Random(5);
        for (int run = 0; run < 2000; run++) {
            var candidates = new ArrayList<Candidate>();
            for (int i = random.nextInt(1, 12); i > 0; i--) {
                Instant at = NOW.minus(Duration.ofHours(random.nextInt(2000)));
                candidates.add(new Candidate("c" + i, "s" + random.nextInt(2), at, random.nextInt(3) > 0));
            }
            var keep = new Keep(
                    random.nextInt(3),
                    random.nextInt(3),
                    random.nextInt(3),
                    random.nextInt(3),
                    Duration.ofHours(random.nextInt(50)));
            List<Decision> decisions = Retention.decide(candidates, keep, NOW);
            assertThat(decisions).hasSameSizeAs(candidates);
            for (String series : List.of("s0", "s1")) {
                candidates.stream()
                        .filter(candidate -> candidate.series().equals(series) && candidate.isGood())
                        .map(Candidate::at)
                        .max(Instant::compareTo)
                        .ifPresent(newest -> assertThat(decisions)
                                .anyMatch(decision -> decision.isKept()
                                        && decision.candidate().isGood()
                                        && decision.candidate().series().equals(series)
                                        && decision.candidate().at().equals(newest)));
            }
        }
    }
}
