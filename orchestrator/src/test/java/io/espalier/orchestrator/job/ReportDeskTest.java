package io.espalier.orchestrator.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.Databases;
import io.espalier.orchestrator.host.HostWatch;
import io.espalier.orchestrator.host.Hosts;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.wire.Facts;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.Report;
import io.espalier.protocol.wire.ReportBatch;
import io.espalier.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReportDeskTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
    private static final HostName WEB1 = new HostName("web1");

    private final MutableClock clock = new MutableClock(NOW);
    private final JobRows rows = new JobRows(Databases.fresh());
    private final List<String> sunk = new ArrayList<>();
    private final Host host = Hosts.local("web1");
    private boolean refuses;
    private final ReportDesk desk = new ReportDesk(
            rows,
            (auid, kind, body, at) -> {
                if (refuses) {
                    throw new IllegalStateException("the database is away");
                }
                sunk.add(auid + " " + kind.word() + " " + body + " " + at);
            },
            name -> name.equals(WEB1) ? Optional.of(new Auid("a-1")) : Optional.empty(),
            clock);

    private static Report report(Report.Kind kind, String body) {
        return new Report(kind, NOW, body);
    }

    private static Message.Reports answer(Instant hostClock, byte[] batch, long last) {
        return new Message.Reports(
                new Message.Status(Optional.empty(), 0, false, Optional.empty(), 0, hostClock, hostClock, Facts.NONE),
                "s1",
                last,
                0,
                0,
                batch);
    }

    private static byte[] packed(Report... reports) {
        return Zstd.compress(new ReportBatch(List.of(reports)).encode(), 1);
    }

    private void take(Report... reports) {
        desk.take(host, answer(clock.instant(), packed(reports), reports.length));
    }

    private static String run(String job, String started, String ending) {
        return """
                {"auid":"a-1","job":"%s","due":"%s","started":"%s","millis":41,"by":"schedule","ending":"%s","status":3,
                "output":"no such customer","next":"2026-11-20T11:00:00Z"}""".formatted(job, started, started, ending);
    }

    private static final String SCHEDULE = """
            {"auid":"a-1","jobs":[
            {"job":"shop/bill","timing":"every 1h","work":"run bill","timeout_ms":1,"jitter_ms":0,"missed":"once",
            "overlap":"skip","next":"2026-11-20T10:30:00Z"},
            {"job":"shop/once","timing":"cron 0 0 0 1 1 ? 2020 UTC","work":"run once","missed":"skip","overlap":"wait",
            "next":null}],"more":0}""";

    @Test
    void howAHostIsGoesOnByOurClock() {
        desk.take(
                host,
                answer(NOW.plusSeconds(100), packed(report(Report.Kind.SYSINFO, "{\"auid\":\"a-1\",\"x\":1}")), 1));
        assertThat(sunk).containsExactly("a-1 sysinfo {\"auid\":\"a-1\",\"x\":1} 2026-11-20T09:58:20Z");
        assertThat(desk.taken(WEB1)).isEqualTo(new HostWatch.Taken("s1", 1));
    }

    @Test
    void jobsAndTheirRunsAreKept() {
        take(
                report(Report.Kind.SCHEDULE, SCHEDULE),
                report(Report.Kind.JOB, run("shop/bill", "2026-11-20T09:30:00Z", "ok")),
                report(Report.Kind.JOB, run("shop/bill", "2026-11-20T10:30:00Z", "failed")));
        List<HostJob> jobs = rows.jobs(Optional.empty());
        assertThat(jobs).extracting(HostJob::job).containsExactly("shop/bill", "shop/once");
        assertThat(jobs.getFirst().next()).contains(Instant.parse("2026-11-20T11:00:00Z"));
        assertThat(jobs.getFirst().last()).hasValueSatisfying(last -> {
            assertThat(last.ending()).isEqualTo("failed");
            assertThat(last.status()).hasValue(3);
            assertThat(last.took()).isEqualTo(Duration.ofMillis(41));
            assertThat(last.output()).isEqualTo("no such customer");
        });
        assertThat(jobs.getLast().next()).isEmpty();
        assertThat(jobs.getLast().last()).isEmpty();
        assertThat(rows.runs(WEB1, "shop/bill", 10)).extracting(JobRun::ending).containsExactly("failed", "ok");
    }

    @Test
    void scheduleReplacesTheOneBefore() {
        take(report(Report.Kind.SCHEDULE, SCHEDULE));
        take(report(Report.Kind.SCHEDULE, "{\"auid\":\"a-1\",\"jobs\":[],\"more\":0}"));
        assertThat(rows.jobs(Optional.of(WEB1))).isEmpty();
    }

    @Test
    void runThatIsToldTwiceIsOne() {
        Report report = report(Report.Kind.JOB, run("shop/bill", "2026-11-20T09:30:00Z", "ok"));
        take(report, report);
        take(report);
        assertThat(rows.runs(WEB1, "shop/bill", 10)).hasSize(1);
    }

    @Test
    void onlyTheNewestRunsAreKept() {
        for (int i = 0; i < JobRows.KEPT + 10; i++) {
            take(report(Report.Kind.JOB, run("shop/bill", NOW.plusSeconds(i).toString(), "ok")));
        }
        List<JobRun> runs = rows.runs(WEB1, "shop/bill", 1_000);
        assertThat(runs).hasSize(JobRows.KEPT);
        assertThat(runs.getFirst().started()).isEqualTo(NOW.plusSeconds(JobRows.KEPT + 9));
    }

    @Test
    void whatIsNoneOrOfAnotherHostIsLeftOutAndTheRestTaken() {
        take(
                report(Report.Kind.SYSINFO, "{\"auid\":\"a-2\"}"),
                report(Report.Kind.SYSINFO, "{}"),
                report(Report.Kind.SYSINFO, "[]"),
                report(Report.Kind.SYSINFO, "{"),
                report(Report.Kind.JOB, "{\"auid\":\"a-1\"}"),
                report(Report.Kind.JOB, run("shop/bill", "yesterday", "ok")),
                report(Report.Kind.SCHEDULE, "{\"auid\":\"a-1\",\"jobs\":[{\"job\":\"\"}]}"),
                report(Report.Kind.SERVICE, "{\"auid\":\"a-1\"}"));
        assertThat(sunk).containsExactly("a-1 service {\"auid\":\"a-1\"} " + NOW);
        assertThat(desk.taken(WEB1).number()).as("not offered again").isEqualTo(8);
    }

    @Test
    void batchThatIsNoneIsNotOfferedForEver() {
        var random = new Random(7);
        byte[] good = packed(report(Report.Kind.SYSINFO, "{\"auid\":\"a-1\"}"));
        for (int i = 0; i < 500; i++) {
            byte[] bad = good.clone();
            bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            desk.take(host, answer(NOW, bad, i));
            assertThat(desk.taken(WEB1).number()).isEqualTo(i);
        }
        desk.take(host, answer(NOW, Zstd.compress(new byte[ReportBatch.MAX_BYTES + 1], 1), 9_999));
        assertThat(desk.taken(WEB1).number()).isEqualTo(9_999);
    }

    @Test
    void whatCannotBeStoredNowIsOfferedAgain() {
        refuses = true;
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> take(report(Report.Kind.SYSINFO, "{\"auid\":\"a-1\"}")))
                .hasMessage("the database is away");
        assertThat(desk.taken(WEB1)).isEqualTo(HostWatch.Taken.NOTHING);
        refuses = false;
        take(report(Report.Kind.SYSINFO, "{\"auid\":\"a-1\"}"));
        assertThat(sunk).hasSize(1);
    }
}
