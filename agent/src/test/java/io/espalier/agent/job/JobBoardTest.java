package io.espalier.agent.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.agent.report.Reports;
import io.espalier.agent.report.Spool;
import io.espalier.agent.system.GroupRunner;
import io.espalier.agent.testing.MemoryFs;
import io.espalier.agent.testing.Wanted;
import io.espalier.protocol.Auid;
import io.espalier.protocol.release.Duties;
import io.espalier.protocol.release.Job;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Service;
import io.espalier.protocol.wire.Report;
import io.espalier.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Time passes only when a test says so; what a job does is noted and ends when a test says so. */
class JobBoardTest {

    private static final Auid AUID = new Auid("test-1");
    private static final JobBoard.Pace SILENT = new JobBoard.Pace(Duration.ZERO, Duration.ZERO);

    private final MemoryFs fs = new MemoryFs();
    private final MutableClock clock = new MutableClock(Instant.parse("2027-03-27T12:00:00Z"));
    private final List<String> ran = new ArrayList<>();
    private final Deque<Runnable> threads = new ArrayDeque<>();
    private final HandWakes wakes = new HandWakes();
    private Optional<Release> release = Optional.empty();
    private boolean calendarStarted;
    private Spool spool = Spool.open(fs, "/reports", "a", Spool.MAX_BYTES);
    private JobBoard board = board(SILENT);

    private final class HandWakes implements Wakes {
        private final Map<String, Instant> when = new TreeMap<>();
        private final Map<String, Runnable> actions = new TreeMap<>();

        @Override
        public void at(String name, Instant at, Runnable action) {
            when.put(name, at);
            actions.put(name, action);
        }

        @Override
        public void cancel(String name) {
            when.remove(name);
            actions.remove(name);
        }

        /** Lets time pass, waking at each moment. */
        void until(Instant end) {
            while (true) {
                Optional<Map.Entry<String, Instant>> next = when.entrySet().stream()
                        .filter(one -> !one.getValue().isAfter(end))
                        .min(Map.Entry.comparingByValue());
                if (next.isEmpty()) {
                    clock.set(end);
                    return;
                }
                if (next.get().getValue().isAfter(clock.instant())) {
                    clock.set(next.get().getValue());
                }
                Runnable action = actions.get(next.get().getKey());
                cancel(next.get().getKey());
                action.run();
            }
        }
    }

    private JobBoard board(JobBoard.Pace pace) {
        return new JobBoard(
                AUID,
                pace,
                () -> release,
                (job, _, _) -> {
                    ran.add(job.name() + " " + clock.instant());
                    return RunResult.of(RunResult.Ending.OK, "fine");
                },
                new Reports(spool),
                new LastRuns(fs, "/jobs"),
                wakes,
                () -> {
                    calendarStarted = true;
                    return wakes;
                },
                threads::add,
                clock);
    }

    private void restart() {
        wakes.when.clear();
        wakes.actions.clear();
        threads.clear();
        spool = Spool.open(fs, "/reports", "b", Spool.MAX_BYTES);
        board = board(SILENT);
        board.refresh();
    }

    private void wants(Job... jobs) {
        var wanted = new Wanted();
        wanted.unit("app").duties(new Duties(Optional.empty(), List.of(jobs)));
        release = Optional.of(wanted.release());
        board.refresh();
    }

    private void work() {
        while (!threads.isEmpty()) {
            threads.removeFirst().run();
        }
    }

    private void pass(String until) {
        Instant end = Instant.parse(until);
        while (clock.instant().isBefore(end)) {
            Instant step = wakes.when.values().stream()
                    .min(Instant::compareTo)
                    .filter(next -> next.isBefore(end))
                    .orElse(end);
            wakes.until(step);
            work();
        }
    }

    private List<String> endings() {
        return reports(Report.Kind.JOB)
                .map(body -> body.replaceAll(".*\"job\":\"([^\"]*)\".*\"ending\":\"([^\"]*)\".*", "$1 $2"))
                .toList();
    }

    private Stream<String> reports(Report.Kind kind) {
        return spool.collect("", 0, 1 << 20).reports().stream()
                .filter(report -> report.kind() == kind)
                .map(Report::body);
    }

    private static Job cron(String expression, Job.Missed missed) {
        return new Job(
                "rotate",
                new Job.Timing.Cron(expression, "Europe/Berlin"),
                Duration.ofMinutes(1),
                Duration.ZERO,
                missed,
                Job.Overlap.SKIP,
                new Job.Work.Run(List.of("true"), Optional.empty()));
    }

    private static Job every(String interval, Job.Overlap overlap) {
        return new Job(
                "tick",
                new Job.Timing.Every(Duration.parse(interval)),
                Duration.ofMinutes(1),
                Duration.ZERO,
                Job.Missed.ONCE,
                overlap,
                new Job.Work.Run(List.of("true"), Optional.empty()));
    }

    @Test
    void jobRunsOverBothChangesOfTheClocksOnceADay() {
        wants(cron("0 30 2 * * ?", Job.Missed.ONCE));
        pass("2027-03-29T12:00:00Z");
        assertThat(ran).containsExactly("rotate 2027-03-28T01:00:00Z", "rotate 2027-03-29T00:30:00Z");
        ran.clear();
        clock.set(Instant.parse("2027-10-30T12:00:00Z"));
        restart();
        work();
        ran.clear();
        pass("2027-11-01T12:00:00Z");
        assertThat(ran).containsExactly("rotate 2027-10-31T00:30:00Z", "rotate 2027-11-01T01:30:00Z");
    }

    @Test
    void missedRunsOverAChangeAreMadeUpForByOneRun() {
        wants(cron("0 30 2 * * ?", Job.Missed.ONCE));
        clock.set(Instant.parse("2027-03-31T12:00:00Z"));
        restart();
        work();
        assertThat(ran).containsExactly("rotate 2027-03-31T12:00:00Z");
        restart();
        work();
        assertThat(ran).as("not again").hasSize(1);
    }

    @Test
    void missedRunsOverAChangeAreLeftOutAndToldWhereThatIsWanted() {
        wants(cron("0 30 2 * * ?", Job.Missed.SKIP));
        clock.set(Instant.parse("2027-11-02T12:00:00Z"));
        restart();
        work();
        assertThat(ran).isEmpty();
        assertThat(endings()).containsExactly("app/rotate missed");
        pass("2027-11-03T12:00:00Z");
        assertThat(ran).containsExactly("rotate 2027-11-03T01:30:00Z");
    }

    @Test
    void newJobHasMissedNothing() {
        clock.set(Instant.parse("2027-06-01T12:00:00Z"));
        wants(cron("0 30 2 * * ?", Job.Missed.ONCE));
        work();
        assertThat(ran).isEmpty();
    }

    @Test
    void machineThatSleptWakesToOneRun() {
        wants(cron("0 30 2 * * ?", Job.Missed.ONCE));
        clock.set(Instant.parse("2027-03-30T12:00:00Z"));
        wakes.until(clock.instant());
        work();
        assertThat(ran).containsExactly("rotate 2027-03-30T12:00:00Z");
    }

    @Test
    void clockThatIsSetBackMakesNobodyRunEarly() {
        wants(every("PT1H", Job.Overlap.SKIP));
        Runnable wake = wakes.actions.get("app/tick");
        clock.set(Instant.parse("2027-03-27T11:10:00Z"));
        wake.run();
        work();
        assertThat(ran).isEmpty();
        pass("2027-03-27T13:00:01Z");
        assertThat(ran).containsExactly("tick 2027-03-27T13:00:00Z");
    }

    @Test
    void runThatIsDueWhileOneGoesOnIsSkippedAndTold() {
        wants(every("PT1M", Job.Overlap.SKIP));
        wakes.until(Instant.parse("2027-03-27T12:02:30Z")); // the first is never ended
        work();
        assertThat(ran).hasSize(1);
        assertThat(endings()).containsExactly("app/tick skipped", "app/tick ok");
    }

    @Test
    void runsThatAreDueWhileOneGoesOnWaitAsOne() {
        wants(every("PT1M", Job.Overlap.WAIT));
        wakes.until(Instant.parse("2027-03-27T12:04:30Z"));
        work();
        assertThat(ran).hasSize(2);
    }

    @Test
    void runThatIsReplacedIsAskedToStopAndTheNextFollows() {
        var stopped = new ArrayList<Boolean>();
        board = new JobBoard(
                AUID,
                SILENT,
                () -> release,
                (_, _, stop) -> {
                    stopped.add(stop.isAsked());
                    return RunResult.of(RunResult.Ending.OK, "");
                },
                new Reports(spool),
                new LastRuns(fs, "/jobs"),
                wakes,
                () -> wakes,
                threads::add,
                clock);
        wants(every("PT1M", Job.Overlap.REPLACE));
        wakes.until(Instant.parse("2027-03-27T12:02:30Z"));
        work();
        assertThat(stopped).containsExactly(true, false);
    }

    @Test
    void jobThatLeavesTheReleaseRunsNoMoreAndTheRestGoesOn() {
        wants(every("PT1M", Job.Overlap.SKIP), cron("0 * * * * ?", Job.Missed.SKIP));
        pass("2027-03-27T12:01:30Z");
        wants(cron("0 * * * * ?", Job.Missed.SKIP));
        ran.clear();
        pass("2027-03-27T12:03:30Z");
        assertThat(ran).containsExactly("rotate 2027-03-27T12:02:00Z", "rotate 2027-03-27T12:03:00Z");
    }

    @Test
    void jobCanBeRunByHandAndTwiceAtOnceCannot() {
        wants(every("PT24H", Job.Overlap.SKIP));
        assertThat(board.find("tick")).contains("app/tick");
        assertThat(board.find("tock")).isEmpty();
        assertThat(board.runNow("app/tick")).isEqualTo(JobBoard.Started.YES);
        assertThat(board.runNow("app/tick")).isEqualTo(JobBoard.Started.RUNS_ALREADY);
        work();
        assertThat(ran).hasSize(1);
        assertThat(reports(Report.Kind.JOB))
                .singleElement()
                .asString()
                .contains("\"by\":\"hand\"", "\"output\":\"fine\"");
    }

    @Test
    void jobThatBreaksIsToldAndTheOthersRun() {
        board = new JobBoard(
                AUID,
                SILENT,
                () -> release,
                (job, _, _) -> {
                    if (job.name().equals("tick")) {
                        throw new IllegalStateException("broken");
                    }
                    return RunResult.of(RunResult.Ending.OK, "");
                },
                new Reports(spool),
                new LastRuns(fs, "/jobs"),
                wakes,
                () -> wakes,
                threads::add,
                clock);
        wants(every("PT1M", Job.Overlap.SKIP), cron("30 * * * * ?", Job.Missed.SKIP));
        pass("2027-03-27T12:01:40Z");
        assertThat(endings()).containsExactly("app/rotate ok", "app/tick failed", "app/rotate ok");
    }

    @Test
    void quartzIsNotStartedBeforeAJobNeedsIt() {
        wants(every("PT1M", Job.Overlap.SKIP));
        assertThat(calendarStarted).isFalse();
        wants(cron("0 * * * * ?", Job.Missed.SKIP));
        assertThat(calendarStarted).isTrue();
    }

    @Test
    void everyAgentReportsAndAReleaseCanSayHowOften() {
        board = board(JobBoard.Pace.DEFAULT);
        board.refresh();
        pass("2027-03-27T12:01:00Z");
        assertThat(ran).hasSize(6).allMatch(line -> line.startsWith("sysinfo "));
        ran.clear();
        var wanted = new Wanted();
        wanted.unit("app")
                .duties(new Duties(
                        Optional.of(new Service("app", new Service.Check.Program("app"))),
                        List.of(new Job(
                                "sysinfo",
                                new Job.Timing.Every(Duration.ofSeconds(30)),
                                Job.DEFAULT_TIMEOUT,
                                Duration.ZERO,
                                Job.Missed.SKIP,
                                Job.Overlap.SKIP,
                                new Job.Work.Report(Job.Kind.SYSINFO)))));
        release = Optional.of(wanted.release());
        board.refresh();
        pass("2027-03-27T12:03:00Z");
        assertThat(ran.stream().map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactlyInAnyOrder("sysinfo", "sysinfo", "sysinfo", "sysinfo", "service", "service");
    }

    @Test
    void jitterDelaysByLessThanItsMostAndAlwaysTheSame() {
        Job job = new Job(
                "tick",
                new Job.Timing.Every(Duration.ofHours(1)),
                Duration.ofMinutes(1),
                Duration.ofMinutes(10),
                Job.Missed.ONCE,
                Job.Overlap.SKIP,
                new Job.Work.Run(List.of("true"), Optional.empty()));
        wants(job);
        Instant first = wakes.when.get("app/tick");
        assertThat(first).isBetween(Instant.parse("2027-03-27T13:00:00Z"), Instant.parse("2027-03-27T13:10:00Z"));
        restart();
        assertThat(wakes.when.get("app/tick")).isEqualTo(first);
    }

    @Test
    void scheduleOfProgramsIsToldWhenItChanges() {
        board = board(JobBoard.Pace.DEFAULT);
        wants(every("PT1M", Job.Overlap.SKIP));
        board.refresh();
        assertThat(reports(Report.Kind.SCHEDULE))
                .singleElement()
                .asString()
                .contains(
                        "\"job\":\"app/tick\"",
                        "\"timing\":\"every 1m\"",
                        "\"work\":\"run true\"",
                        "\"next\":\"2027-03-27T12:01:00Z\"")
                .doesNotContain("sysinfo");
    }

    /** Only for what a run is given; asking it is the runner's business. */
    @Test
    void stopThatWasNotAskedSaysSo() {
        var stop = new GroupRunner.Stop();
        assertThat(stop.isAsked()).isFalse();
        stop.ask();
        assertThat(stop.isAsked()).isTrue();
    }
}
