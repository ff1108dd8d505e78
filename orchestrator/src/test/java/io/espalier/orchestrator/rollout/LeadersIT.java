package io.espalier.orchestrator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.store.TestPostgres;
import io.espalier.protocol.HostName;
import io.espalier.testkit.Await;
import io.espalier.testkit.PostgresServer;
import io.espalier.testkit.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two orchestrator processes on one PostgreSQL, over real agents: one drives the fleet, the other follows it. */
class LeadersIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private final ModelFleet fleet = LeaderProcess.fleet();
    private final List<Process> processes = new ArrayList<>();
    private final TestPostgres databases = new TestPostgres();
    private PostgresServer postgres;
    private String database;
    private AgentFleet agents;
    private Path hold;

    @BeforeEach
    void start() throws IOException {
        postgres = TestPostgres.server();
        try (var fresh = databases.fresh()) {
            database = fresh.getJdbcUrl().substring(fresh.getJdbcUrl().lastIndexOf('/') + 1);
        }
        agents = new AgentFleet(folder, fleet);
        hold = Files.createFile(agents.root(new HostName("web1")).resolve("hold"));
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
        agents.close();
        databases.close();
    }

    private Process start(String name) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        House.keyProperty(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LeaderProcess.class.getName(),
                        postgres.url(database),
                        folder.toString(),
                        name)
                .redirectErrorStream(true)
                .redirectOutput(log(name).toFile())
                .start();
        processes.add(process);
        return process;
    }

    private Path log(String name) {
        return folder.resolve(name + ".out");
    }

    private void awaitLeads(String name) {
        Await.until(name + " leads", LIMIT, () -> Files.readAllLines(log(name)).contains(LeaderProcess.LEADS));
    }

    private String sql(String query) {
        return postgres.sql(database, query).strip();
    }

    /** The first drives a rollout up to the host that does not get healthy yet, while the second stands by. */
    private Process firstInMidRollout() throws IOException {
        Process first = start("first");
        awaitLeads("first");
        start("second");
        Await.until(
                "web1 has switched",
                LIMIT,
                () -> agents.read("web1", "/etc/motd000").equals("two"));
        Await.until(
                "the second looks for the lead",
                LIMIT,
                () -> sql("select count(*) from pg_stat_activity where datname = '" + database
                                + "' and query like '%skip locked%'")
                        .equals("1"));
        assertThat(sql("select state from rollout")).isEqualTo("running");
        assertThat(sql("select holder from lead")).isEqualTo("first");
        return first;
    }

    private void awaitDoneByTheSecond() throws IOException {
        awaitLeads("second");
        Files.delete(hold);
        Await.until(
                "the rollout is done",
                LIMIT,
                () -> sql("select state from rollout").equals("done"));
        assertThat(sql("select holder, fence from lead")).isEqualTo("second|2");
        assertThat(sql("select host, state, number, attempts from rollout_host order by host"))
                .as("each host was sent its manifest once")
                .isEqualTo("db1|applied|1|1\nweb1|applied|1|1\nweb2|applied|1|1");
        for (String host : List.of("db1", "web1", "web2")) {
            assertThat(agents.read(host, "/etc/motd000")).as(host).isEqualTo("two");
        }
    }

    @Test
    void leaderThatIsKilledIsFollowedInTheSameWave() throws Exception {
        firstInMidRollout().destroyForcibly();
        awaitDoneByTheSecond();
    }

    @Test
    void leaderThatWasStoppedChangesNothingWhenItWakes() throws Exception {
        Process first = firstInMidRollout();
        signal("STOP", first);
        try {
            awaitDoneByTheSecond();
            String stored = stored();
            List<Object> held = held();

            signal("CONT", first);
            assertThat(first.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(first.exitValue()).isEqualTo(LeaderProcess.LOST);
            assertThat(stored()).isEqualTo(stored);
            assertThat(held()).isEqualTo(held);
        } finally {
            signal("CONT", first);
        }
    }

    private static void signal(String signal, Process process) {
        Ran.of(Duration.ofSeconds(10), "kill", "-" + signal, String.valueOf(process.pid()));
    }

    private String stored() {
        return sql("select * from rollout order by id")
                + sql("select * from rollout_host order by host")
                + sql("select * from rollout_event order by id")
                + sql("select * from manifest_number order by auid")
                + sql("select * from host_release order by id")
                + sql("select * from quarantine order by id")
                + sql("select * from audit order by id")
                + sql("select holder, fence from lead");
    }

    private List<Object> held() {
        var held = new ArrayList<>();
        fleet.commit("b2", "two").fleet().hosts().values().forEach(host -> {
            try (Link link = agents.links().open(host)) {
                var status = link.status();
                held.add(List.of(
                        host.name(), status.current(), status.number(), status.awaitingConfirm(), status.last()));
            }
        });
        return held;
    }
}
