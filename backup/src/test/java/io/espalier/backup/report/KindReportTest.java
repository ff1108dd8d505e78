package io.espalier.backup.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.report.KindHistory.Failed;
import io.espalier.backup.report.KindHistory.Pushed;
import io.espalier.backup.report.KindHistory.Step;
import io.espalier.backup.report.KindHistory.Verified;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KindReportTest {
    private static final Instant RUN = Instant.parse("2026-03-01T03:15:00Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Verified VERIFIED = new Verified(RUN, RUN.plusSeconds(20), 1_234, "d1");
    private static final Pushed PUSHED = new Pushed(RUN, RUN.plusSeconds(31), "3f9a", "d1");
    private static final KindHistory GOOD = new KindHistory(
            "mysql",
            true,
            DAY,
            RUN.minus(DAY),
            Optional.of(RUN),
            Optional.of(VERIFIED),
            Optional.of(PUSHED),
            Optional.empty());

    private static KindHistory with(
            Optional<Instant> started, Optional<Verified> verified, Optional<Pushed> pushed, Optional<Failed> failed) {
        return new KindHistory("mysql", true, DAY, GOOD.enabledAt(), started, verified, pushed, failed);
    }

    private static String words(KindHistory history, Instant now) {
        KindReport report = KindReport.of(history, now);
        return report.local().word() + " " + report.push().word();
    }

    @Test
    void recordAndReceiptMakeItOk() {
        assertThat(words(GOOD, RUN.plusSeconds(60))).isEqualTo("ok ok");
        assertThat(new BackupReport("web-1", List.of(KindReport.of(GOOD, RUN.plusSeconds(60)))).toJson())
                .isEqualTo("{\"auid\": \"web-1\", \"mysql\": {\"local\": \"ok\", \"push\": \"ok\", \"bytes\": 1234,"
                        + " \"snapshot\": \"3f9a\", \"verifiedAt\": \"2026-03-01T03:15:20Z\","
                        + " \"lastOkAt\": \"2026-03-01T03:15:31Z\"}}");
    }

    @Test
    void silenceTurnsRedByItself() {
        assertThat(words(GOOD, RUN.plus(DAY).plus(DAY))).isEqualTo("ok ok");
        assertThat(words(GOOD, RUN.plus(DAY).plus(DAY).plusSeconds(32))).isEqualTo("stale stale");
    }

    @Test
    void kindThatNeverRanTurnsRedToo() {
        KindHistory never = with(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(words(never, RUN)).isEqualTo("running running");
        assertThat(words(never, RUN.plus(DAY).plusSeconds(1))).isEqualTo("stale stale");
    }

    @Test
    void runUnderWayIsRunningAndOneThatDiedIsStale() {
        Instant second = RUN.plus(DAY);
        KindHistory under = with(Optional.of(second), Optional.of(VERIFIED), Optional.of(PUSHED), Optional.empty());
        assertThat(words(under, second.plusSeconds(5))).isEqualTo("running running");
        assertThat(words(under, second.plus(DAY).plus(DAY).plusSeconds(1))).isEqualTo("stale stale");
    }

    @Test
    void receiptForAnotherDumpIsNoReceipt() {
        Instant second = RUN.plus(DAY);
        var newer = new Verified(second, second.plusSeconds(9), 9, "d2");
        KindHistory half = with(Optional.of(second), Optional.of(newer), Optional.of(PUSHED), Optional.empty());
        assertThat(words(half, second.plusSeconds(10))).isEqualTo("ok running");
    }

    @Test
    void failureLastsUntilTheNextRunAndKeepsTheLastGoodOne() {
        Instant second = RUN.plus(DAY);
        var failed = new Failed(second, second.plusSeconds(1), Step.LOCAL, "NO_RIGHTS: \"x\"");
        KindHistory bad = with(Optional.of(second), Optional.of(VERIFIED), Optional.of(PUSHED), Optional.of(failed));
        assertThat(words(bad, second.plusSeconds(2))).isEqualTo("fail fail");
        KindReport report = KindReport.of(bad, second.plusSeconds(2));
        assertThat(report.error()).contains("NO_RIGHTS: \"x\"");
        assertThat(report.snapshot()).contains("3f9a");
        assertThat(new BackupReport("web-1", List.of(report)).toJson()).contains("NO_RIGHTS: \\\"x\\\"");

        Instant third = second.plus(DAY);
        KindHistory again = with(Optional.of(third), Optional.of(VERIFIED), Optional.of(PUSHED), Optional.of(failed));
        assertThat(words(again, third.plusSeconds(2))).isEqualTo("running running");
        assertThat(KindReport.of(again, third.plusSeconds(2)).error()).isEmpty();
    }

    @Test
    void failedPushLeavesTheDumpGood() {
        Instant second = RUN.plus(DAY);
        var newer = new Verified(second, second.plusSeconds(9), 9, "d2");
        var failed = new Failed(second, second.plusSeconds(99), Step.PUSH, "UNREACHABLE");
        KindHistory half = with(Optional.of(second), Optional.of(newer), Optional.of(PUSHED), Optional.of(failed));
        assertThat(words(half, second.plusSeconds(100))).isEqualTo("ok fail");
    }

    @Test
    void switchedOffIsSkipped() {
        var off = new KindHistory(
                "mysql", false, DAY, RUN, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(words(off, RUN.plus(Duration.ofDays(99)))).isEqualTo("skip skip");
    }
}
