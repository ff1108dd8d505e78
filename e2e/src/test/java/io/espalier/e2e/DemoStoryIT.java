package io.espalier.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.Await;
import io.espalier.testkit.Ran;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What a new user does with the demo, and what can go wrong meanwhile. One demo lives through all of it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoStoryIT {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int HOSTS = 3;

    /** Runs on the host: shows that it is there, and goes on when a file is gone. */
    private static final String HELD_RELOAD = "reload: sh -c 'cd \"$ESPALIER_ROOT\"; touch reloading; n=0;"
            + " while [ -e hold ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done; rm -f reloading'";

    @TempDir
    static Path folder;

    private static int port;
    private static Demo demo;
    private static Clone fleet;
    private static int workers = 100;

    @BeforeAll
    static void start() {
        port = Product.freePort();
        demo = Demo.start(folder.resolve("demo"), port);
        fleet = Clone.of(demo.git("demo"), folder.resolve("clone"));
    }

    @AfterAll
    static void stop() {
        if (demo != null) {
            demo.close();
        }
    }

    @BeforeEach
    void everythingIsInSync() throws IOException {
        Files.deleteIfExists(demo.root("web1").resolve("hold")); // of a test that failed
        fleet.backToOrigin();
        demo.api().awaitInSync(HOSTS, LIMIT);
    }

    private static void greet(String greeting) {
        fleet.write("vars/all.yaml", "greeting: " + greeting + "\ndomain: demo.internal\n");
    }

    private static List<String> motds() {
        return demo.hosts().stream().map(host -> demo.read(host, "/etc/motd")).toList();
    }

    private static void awaitGreeting(String greeting) {
        Await.until(
                "every motd says " + greeting,
                LIMIT,
                () -> motds().stream().allMatch(motd -> motd.startsWith(greeting)));
    }

    @Test
    @Order(1)
    void demoTellsWhatItStarted() {
        JsonNode summary = demo.summary();
        assertThat(summary.path("url").asString()).isEqualTo("http://127.0.0.1:" + port);
        assertThat(demo.process().output().lines()).contains("ready: http://127.0.0.1:" + port);
        assertThat(summary.path("user").asString()).isNotBlank();
        assertThat(summary.path("password").asString()).isNotBlank();
        assertThat(summary.path("token").asString()).isNotBlank();
        assertThat(summary.path("git").path("demo").asString()).endsWith("/git/demo.git");
        assertThat(summary.path("git").path("templates").asString()).endsWith("/git/templates.git");
        assertThat(demo.hosts()).containsExactly("web1", "web2", "db1");
        URI name = URI.create("http://" + summary.path("httpdns").asString() + "/dn?web1.demo.internal");
        Await.until("web1 has a name", LIMIT, () -> {
            try (var answer = name.toURL().openStream()) {
                return new String(answer.readAllBytes(), StandardCharsets.UTF_8).equals("127.0.0.1 10\n");
            }
        });
        for (JsonNode host : summary.path("hosts")) {
            assertThat(host.path("auid").asString()).isNotBlank();
            assertThat(Path.of(host.path("root").asString())).isDirectory();
        }
        assertThat(motds()).allMatch(motd -> motd.startsWith("Welcome to the demo fleet"));
    }

    @Test
    @Order(2)
    void pushChangesEveryHostWhilePusherWatches() {
        greet("Hello from git");
        Ran push = fleet.commitAndPush("Change the greeting");
        assertThat(push.output()).as("push").contains("remote: ");
        assertThat(push.status()).isZero();
        assertThat(motds()).allMatch(motd -> motd.startsWith("Hello from git"));
        assertThat(push.output())
                .containsPattern("remote: wave 1/\\d+ db1 applied in \\d+ ms")
                .containsPattern("remote: wave \\d/\\d+ web1 applied in \\d+ ms")
                .containsPattern("remote: wave \\d/\\d+ web2 applied in \\d+ ms")
                .containsPattern("remote: done: 3 hosts applied in [0-9.]+ s");
    }

    @Test
    @Order(3)
    void linePushedToTheIngestPortIsReadWithTheDemosToken() throws IOException {
        String[] ingest = demo.summary().path("tree").asString().split(":");
        try (var socket = new Socket(ingest[0], Integer.parseInt(ingest[1]))) {
            socket.getOutputStream().write("{\"e2e\":{\"line\":7}}\n".getBytes(StandardCharsets.UTF_8));
        }

        Await.until(
                "the line is in the tree",
                LIMIT,
                () -> demo.json("tree", "get", "e2e,line").toString().equals("[{\"e2e,line\":7}]"));
        assertThat(demo.json("tree", "get", "deploy,host,web1").toString()).contains("done");
        assertThat(demo.shell("tree", "get", "deploy,tier,web").output()).contains("rollout");
    }

    @Test
    @Order(3)
    void workersAreTheDemosHosts() {
        JsonNode all = demo.api().awaitAt("/v1/worker", LIMIT, list -> list.size() == HOSTS);
        for (JsonNode worker : all) {
            assertThat(worker.path("state").asString()).isEqualTo("alive");
            assertThat(demo.hosts()).contains(worker.path("host").asString());
        }
    }

    @Test
    @Order(3)
    void brokenTemplateIsRefusedWithItsPlaceAndHost() throws IOException {
        Clone templates = Clone.of(demo.git("templates"), Files.createTempDirectory(folder, "templates"));
        List<String> before = motds();
        templates.replace("base/motd.ftl", "${vars.greeting}", "hi\n${vars.greting}");
        Ran push = templates.commitAndPush("Break the greeting");
        assertThat(push.output())
                .as("push")
                .containsPattern("base/motd\\.ftl:2:\\d+")
                .contains("greting");
        assertThat(push.output()).containsPattern("\\b(web1|web2|db1)\\b");
        assertThat(push.status()).isNotZero();
        assertThat(motds()).isEqualTo(before);
    }

    @Test
    @Order(4)
    void unknownTierIsRefusedWithSuggestion() {
        fleet.replace("hosts.yaml", "tier: db", "tier: bd");
        Ran push = fleet.commitAndPush("Misspell a tier");
        assertThat(push.output())
                .as("push")
                .containsPattern("hosts\\.yaml:3:\\d+ .*db1.*unknown tier 'bd'.*did you mean 'db'");
        assertThat(push.status()).isNotZero();
        assertThat(fleet.must("ls-remote", "origin", "main")).doesNotContain(fleet.head());
    }

    @Test
    @Order(5)
    void dryRunPrintsThePlanAndMovesNothing() {
        List<String> before = motds();
        long newest = demo.api().newestRollout().path("id").asLong();
        greet("Only looking");
        Ran push = fleet.commitAndPush("Look", "-o", "dry-run");
        assertThat(push.output())
                .as("push")
                .contains("/etc/motd")
                .contains("+Only looking")
                .contains("-Hello from git");
        assertThat(fleet.must("ls-remote", "origin", "main")).doesNotContain(fleet.head());
        assertThat(motds()).isEqualTo(before);
        assertThat(demo.api().newestRollout().path("id").asLong()).isEqualTo(newest);
    }

    @Test
    @Order(6)
    void noWaitReturnsBeforeTheRolloutEnds() throws IOException {
        Path hold = demo.root("web1").resolve("hold");
        withReload(HELD_RELOAD);
        Files.createFile(hold);
        try {
            changeSites();
            Ran push = fleet.commitAndPush("Change a site", "-o", "nowait");
            assertThat(push.output()).as("push").contains("not waiting");
            assertThat(push.status()).isZero();
            Await.until(
                    "web1 reloads", LIMIT, () -> Files.exists(demo.root("web1").resolve("reloading")));
        } finally {
            Files.delete(hold);
        }
        demo.api()
                .await(
                        "/rollouts?limit=1",
                        LIMIT,
                        all -> Api.text(all.path(0), "state").equals("done"));
    }

    /** Leaves {@code reload} in the unit web, which changes nothing on hosts by itself. */
    private static void withReload(String reload) {
        String unit = fleet.read("units/web.yaml");
        fleet.write(
                "units/web.yaml",
                unit.replaceAll("(?m)^reload: .*$", java.util.regex.Matcher.quoteReplacement(reload)));
    }

    /** Something that only web servers hold. */
    private static void changeSites() {
        fleet.write(
                "vars/tier/web.yaml",
                fleet.read("vars/tier/web.yaml").replaceAll("(?m)^workers: .*$", "workers: " + ++workers));
    }

    @Test
    @Order(7)
    void failedHealthCheckRollsItsHostBackAndStopsTheWave() {
        String good = fleet.head();
        List<String> before = motds();
        List<String> sites = sites();
        String health = fleet.read("units/web.yaml");
        fleet.write(
                "units/web.yaml", health.replaceAll("(?s)health:.*", "health:\n  - { exec: \"false\", within: 1s }\n"));
        changeSites();
        Ran push = fleet.commitAndPush("A site that is not well");
        assertThat(push.output())
                .as("push")
                .containsPattern("remote: wave \\d/\\d+ web\\d FAILED unhealthy")
                .containsPattern("remote: FAILED: .*quarantined until a newer commit");
        assertThat(sites()).isEqualTo(sites);
        assertThat(motds()).isEqualTo(before);
        JsonNode rollout = demo.api().newestRollout();
        assertThat(Api.text(rollout, "state")).isEqualTo("failed");
        assertThat(rollout.path("failed").asInt()).isEqualTo(1);

        demo.shell("source", "sync", "demo");
        assertThat(demo.api().newestRollout().path("id").asLong())
                .as("the same commit is not tried again")
                .isEqualTo(rollout.path("id").asLong());

        fleet.must("revert", "--no-edit", "HEAD");
        assertThat(fleet.must("diff", good, "HEAD")).isEmpty();
        Ran mended = fleet.push();
        assertThat(mended.output()).as("push").doesNotContain("FAILED");
        assertThat(mended.status()).isZero();
    }

    private static List<String> sites() {
        return Stream.of("web1", "web2")
                .map(host -> demo.read(host, "/etc/nginx/sites/demo.conf"))
                .toList();
    }

    @Test
    @Order(8)
    void pushToTheTemplatesChangesHosts() throws IOException {
        Clone templates = Clone.of(demo.git("templates"), Files.createTempDirectory(folder, "templates"));
        templates.replace("base/motd.ftl", "of the fleet", "of the good fleet");
        Ran push = templates.commitAndPush("Praise the fleet");
        assertThat(push.output()).as("push").contains("remote: done: 3 hosts applied");
        assertThat(motds()).allMatch(motd -> motd.contains("of the good fleet"));
    }

    @Test
    @Order(9)
    void shellTellsWhatTheFleetIsLike() {
        Ran status = demo.shell("status");
        assertThat(status.output()).as("status").contains("in-sync");
        assertThat(status.status()).isZero();
        assertThat(demo.shell("hosts").output()).as("hosts").contains("web1", "web2", "db1");
        Ran plan = demo.shell("plan");
        assertThat(plan.status()).as("plan: " + plan.output()).isZero();
        Ran rollouts = demo.shell("rollouts");
        assertThat(rollouts.output()).as("rollouts").contains("done");
        for (String command : List.of("status", "hosts", "rollouts", "plan", "drift", "sources")) {
            assertThat(demo.json(command).isContainer()).as(command).isTrue();
        }
        assertThat(demo.shell("host", "nobody").status()).as("fails").isEqualTo(1);
        assertThat(demo.shell("hots").status()).as("wrong usage").isEqualTo(2);
    }

    @Test
    @Order(9)
    void jobsOfHostsAreListedAndRunByHand() {
        demo.api().await("/jobs", LIMIT, jobs -> jobs.size() == HOSTS);
        Ran run = demo.shell("job", "run", "space", "--host", "db1");
        assertThat(run.status()).as("job run: " + run.output()).isZero();
        demo.api()
                .await(
                        "/hosts/db1/runs?job=base/space",
                        LIMIT,
                        runs -> runs.valueStream()
                                .anyMatch(one -> Api.text(one, "by").equals("hand")
                                        && Api.text(one, "ending").equals("ok")
                                        && Api.text(one, "output").contains("Filesystem")));
        assertThat(demo.shell("jobs").output()).as("jobs").contains("base/space", "every 1m", "run df -h /");
        assertThat(demo.shell("job", "run", "nonsense", "--host", "db1").status())
                .isEqualTo(1);
    }

    @Test
    @Order(10)
    void fileChangedByHandIsListedAndHealed() throws IOException {
        String released = demo.read("db1", "/etc/motd");
        Files.writeString(demo.file("db1", "/etc/motd"), "I was here\n");
        demo.api()
                .await(
                        "/drift",
                        Duration.ofSeconds(30),
                        drift -> drift.valueStream()
                                .anyMatch(one -> Api.text(one, "host").equals("db1")
                                        && Api.text(one, "path").equals("/etc/motd")));
        Ran drift = demo.shell("drift");
        assertThat(drift.output()).as("drift").contains("db1").contains("/etc/motd");
        Ran heal = demo.shell("drift", "heal", "db1");
        assertThat(heal.status()).as("heal: " + heal.output()).isZero();
        Await.until(
                "db1 holds its release",
                LIMIT,
                () -> demo.read("db1", "/etc/motd").equals(released));
    }

    @Test
    @Order(11)
    void rollbackTakesAllHostsToTheReleaseBefore() {
        greet("One too many");
        assertThat(fleet.commitAndPush("One too many").status()).isZero();
        assertThat(motds()).allMatch(motd -> motd.startsWith("One too many"));
        Ran back = demo.shell("rollback", "--all", "--yes");
        assertThat(back.status()).as("rollback: " + back.output()).isZero();
        Await.until("db1 is back", LIMIT, () -> demo.read("db1", "/etc/motd").startsWith("Hello from git"));
        greet("Forward again");
        Ran push = fleet.commitAndPush("Forward again");
        assertThat(push.status()).as(push.output()).isZero();
        assertThat(demo.read("db1", "/etc/motd")).startsWith("Forward again");
    }

    @Test
    @Order(12)
    void orchestratorKilledInMidRolloutCarriesItOn() throws IOException {
        Path hold = holdWeb1(() -> greet("Carried on"));
        long rollout = demo.api().newestRollout().path("id").asLong();
        long killed = demo.pid("orchestrator");
        Pids.signal("KILL", killed);
        Await.until("it is started again", LIMIT, () -> demo.pid("orchestrator") != killed);
        Files.delete(hold);
        awaitGreeting("Carried on");
        demo.api()
                .await(
                        "/rollouts/" + rollout,
                        LIMIT,
                        one -> Api.text(one.path("rollout"), "state").equals("done"));
    }

    /** Pushes what {@code edit} does, and returns when web1 is in the middle of its reload. */
    private static Path holdWeb1(Runnable edit) throws IOException {
        Path hold = Files.createFile(demo.root("web1").resolve("hold"));
        edit.run();
        withReload(HELD_RELOAD);
        changeSites();
        Ran push = fleet.commitAndPush("Held", "-o", "nowait");
        assertThat(push.status()).as(push.output()).isZero();
        Await.until("web1 reloads", LIMIT, () -> Files.exists(demo.root("web1").resolve("reloading")));
        return hold;
    }

    @Test
    @Order(13)
    void agentKilledInMidApplyConverges() throws IOException {
        Path hold = holdWeb1(() -> greet("After the agent"));
        long killed = demo.pid("web1");
        Pids.signal("KILL", killed);
        Files.delete(hold);
        Await.until("it is started again", LIMIT, () -> demo.pid("web1") != killed);
        awaitGreeting("After the agent");
    }

    @Test
    @Order(14)
    void everythingKilledCarriesOnAtSecondStart() throws IOException {
        Path hold = holdWeb1(() -> greet("After everything"));
        List<Long> all = Stream.concat(Stream.of("orchestrator"), demo.hosts().stream())
                .map(demo::pid)
                .toList();
        demo.process().kill();
        all.forEach(pid -> Pids.signal("KILL", pid));
        Files.delete(hold);
        demo = Demo.start(demo.folder(), port);
        awaitGreeting("After everything");
    }

    @Test
    @Order(15)
    void interruptEndsEveryProcess() {
        List<Long> all = Pids.with(demo.folder().toString());
        assertThat(all).hasSizeGreaterThanOrEqualTo(2 + HOSTS);
        demo.process().interrupt();
        demo.process().awaitEnd(Duration.ofSeconds(30));
        Await.until("all have ended", () -> all.stream().noneMatch(Pids::isAlive));
        assertThat(Pids.with(demo.folder().toString())).isEmpty();
    }
}
