package io.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import io.espalier.agent.testing.AgentProcess;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.agent.testing.Wanted;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Duties;
import io.espalier.protocol.release.HealthCheck;
import io.espalier.protocol.release.Job;
import io.espalier.protocol.release.Service;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.Report;
import io.espalier.protocol.wire.ReportBatch;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of a real agent process. */
class JobsIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private Path root;
    private final Orchestrator orchestrator = new Orchestrator();
    private AgentProcess agent;
    private final List<Report> reports = new ArrayList<>();
    private String spool = "";
    private long taken;

    @BeforeEach
    void start() throws Exception {
        root = Files.createDirectories(folder.resolve("host"));
        AgentProcess.configure(root, orchestrator, "report: { sysinfo: 1s, service: 1s }");
        agent = AgentProcess.start(root);
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    private void apply(Duties duties) throws IOException {
        var wanted = new Wanted();
        wanted.unit("app")
                .file("/etc/motd", "hello\n")
                .reload("sh", "-c", "echo >> " + folder.resolve("reloads"))
                .duties(duties);
        try (var connection = agent.connect()) {
            ApplyOutcome outcome = connection.apply(orchestrator.sign(wanted.release()), wanted.blobs());
            assertThat(outcome).isInstanceOfAny(ApplyOutcome.Applied.class, ApplyOutcome.Unchanged.class);
        }
    }

    private void collect() throws IOException {
        try (var connection = agent.connect()) {
            var answer = (Message.Reports) connection.ask(new Message.Collect(spool, taken));
            assertThat(answer.status().facts().cpus()).isPositive();
            if (answer.batch().length > 0) {
                byte[] batch = Zstd.decompress(answer.batch(), (int) Zstd.getFrameContentSize(answer.batch()));
                reports.addAll(ReportBatch.decode(batch).reports());
            }
            spool = answer.spool();
            taken = answer.last();
        }
    }

    private String await(String what, Report.Kind kind, String... words) {
        Await.until(what, LIMIT, () -> {
            collect();
            return find(kind, words).isPresent();
        });
        return find(kind, words).orElseThrow();
    }

    private Optional<String> find(Report.Kind kind, String... words) {
        return reports.stream()
                .filter(report -> report.kind() == kind)
                .map(Report::body)
                .filter(body -> List.of(words).stream().allMatch(body::contains))
                .findFirst();
    }

    private static Duties jobs(Job... jobs) {
        return new Duties(Optional.empty(), List.of(jobs));
    }

    private static Job run(String name, Job.Timing timing, Duration timeout, String... argv) {
        return new Job(
                name,
                timing,
                timeout,
                Duration.ZERO,
                Job.Missed.ONCE,
                Job.Overlap.SKIP,
                new Job.Work.Run(List.of(argv), Optional.empty()));
    }

    private static final Job.Timing NEVER = new Job.Timing.Every(Duration.ofDays(300));
    private static final Job.Timing SECONDS = new Job.Timing.Every(Duration.ofSeconds(1));

    @Test
    void everyAgentTellsHowItsMachineDoes() {
        assertThat(await("sysinfo", Report.Kind.SYSINFO, "\"cpu\":{\"sys\":\""))
                .startsWith("{\"auid\":\"test-1\",")
                .contains("\"mem\":{\"used\":\"", "\"load\":", "\"uptime\":");
    }

    @Test
    void jobsByTheClockAndByTheCalendarRunAndAReleaseOfJobsAloneReloadsNothing() throws Exception {
        apply(Duties.NONE);
        apply(jobs(
                run("tick", SECONDS, LIMIT, "sh", "-c", "echo tick; echo trouble >&2; exit 3"),
                run("cron", new Job.Timing.Cron("* * * * * ?", "Europe/Berlin"), LIMIT, "echo", "tock")));
        assertThat(await("tick", Report.Kind.JOB, "\"job\":\"app/tick\""))
                .contains("\"ending\":\"failed\",\"status\":3,\"output\":\"tick\\u000atrouble\"", "\"next\":\"");
        assertThat(await("cron", Report.Kind.JOB, "\"job\":\"app/cron\""))
                .contains("\"ending\":\"ok\",\"status\":0,\"output\":\"tock\"");
        assertThat(folder.resolve("reloads")).as("of the first release").hasContent("\n");
        assertThat(await("schedule", Report.Kind.SCHEDULE, "app/cron")).contains("cron * * * * * ? Europe/Berlin");
    }

    @Test
    void programIsEndedAtItsTimeoutWithAllThatItStarted() throws Exception {
        Path pids = folder.resolve("pids");
        apply(jobs(run(
                "hang",
                NEVER,
                Duration.ofSeconds(1),
                "sh",
                "-c",
                "trap '' TERM; sleep 3000 & echo $! >> " + pids + "; sh -c \"trap '' TERM; sleep 3001\" & echo $! >> "
                        + pids + "; echo waiting; while true; do wait; done")));
        startByHand("hang");
        assertThat(await("the timeout", Report.Kind.JOB, "app/hang"))
                .contains("\"ending\":\"timed-out\",\"output\":\"waiting\"", "\"by\":\"hand\"");
        List<String> started = Files.readAllLines(pids);
        assertThat(started).hasSize(2);
        Await.until(
                "all are gone",
                LIMIT,
                () -> started.stream()
                        .noneMatch(pid -> ProcessHandle.of(Long.parseLong(pid))
                                .filter(ProcessHandle::isAlive)
                                .isPresent()));
    }

    private void startByHand(String job) {
        Await.until("the job is known", LIMIT, () -> {
            try (var connection = agent.connect()) {
                return connection.ask(new Message.RunJob(job)) instanceof Message.Started;
            }
        });
    }

    @Test
    void jobThatNobodyKnowsIsRefused() throws Exception {
        try (var connection = agent.connect()) {
            assertThat(connection.ask(new Message.RunJob("nonsense")))
                    .isInstanceOfSatisfying(
                            Message.Refused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Reason.NO_SUCH_JOB));
            assertThat(connection.status()).isNotNull();
        }
    }

    @Test
    void userThatDoesNotExistIsTold() throws Exception {
        apply(jobs(new Job(
                "who",
                NEVER,
                LIMIT,
                Duration.ZERO,
                Job.Missed.ONCE,
                Job.Overlap.SKIP,
                new Job.Work.Run(List.of("id"), Optional.of("no-such-user")))));
        startByHand("who");
        assertThat(await("the end", Report.Kind.JOB, "app/who"))
                .contains("\"ending\":\"not-started\"", "no user no-such-user");
    }

    @Test
    void servicesAreAskedAndTheirChangesTold() throws Exception {
        try (var listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            int port = listener.getLocalPort();
            apply(new Duties(
                    Optional.of(new Service(
                            "web",
                            new Service.Check.Asked(new HealthCheck.Tcp("127.0.0.1", port, Duration.ofMillis(500))))),
                    List.of()));
            await("it works", Report.Kind.SERVICE, "\"service\":{\"web\":\"ok\"},\"detail\":{},\"changes\":[]");
        }
        assertThat(await("the change", Report.Kind.SERVICE, "\"from\":\"ok\",\"to\":\"failed\""))
                .contains("\"service\":{\"web\":\"failed\"}", "\"detail\":{\"web\":\"");
    }

    @Test
    void whatWasNotTakenOutlivesAKillAndRunsGoOnWithoutAnybodyWatching() throws Exception {
        apply(jobs(run("tick", SECONDS, LIMIT, "true")));
        Path spooled = root.resolve("var/lib/espalier-agent/reports");
        Await.until("runs are spooled", LIMIT, () -> {
            try (var files = Files.list(spooled)) {
                return files.mapToLong(file -> file.toFile().length()).sum() > 5_000;
            }
        });
        agent.kill();
        agent = AgentProcess.start(root);
        await("runs from before", Report.Kind.JOB, "app/tick");
        collect();
        long before = reports.stream()
                .filter(report -> report.kind() == Report.Kind.JOB)
                .count();
        Await.until("runs after", LIMIT, () -> {
            collect();
            return reports.stream()
                            .filter(report -> report.kind() == Report.Kind.JOB)
                            .count()
                    > before + 1;
        });
        assertThat(reports.stream().map(report -> report.kind() + report.at().toString() + report.body()))
                .doesNotHaveDuplicates();
    }

    @Test
    void driftIsReportedWhereThatIsDeclared() throws Exception {
        apply(jobs(new Job(
                "drift",
                SECONDS,
                LIMIT,
                Duration.ZERO,
                Job.Missed.SKIP,
                Job.Overlap.SKIP,
                new Job.Work.Report(Job.Kind.DRIFT))));
        await("no drift", Report.Kind.DRIFT, "\"drifted\":0");
        Files.writeString(root.resolve("etc/motd"), "changed by hand\n");
        assertThat(await("drift", Report.Kind.DRIFT, "\"drifted\":1"))
                .contains("\"path\":\"/etc/motd\",\"unit\":\"app\",\"kind\":\"content\"");
    }
}
