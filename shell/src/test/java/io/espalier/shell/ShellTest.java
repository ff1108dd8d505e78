package io.espalier.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.protocol.api.BackupTaskView;
import io.espalier.protocol.api.EventView;
import io.espalier.protocol.api.FleetStatus;
import io.espalier.protocol.api.HostPage;
import io.espalier.protocol.api.PlanView;
import io.espalier.protocol.api.RolloutDetail;
import io.espalier.protocol.api.RolloutView;
import io.espalier.shell.AnsweringOrchestrator.Reply;
import io.espalier.shell.command.Shell;
import io.espalier.shell.console.Console;
import io.espalier.shell.console.Prompter;
import io.espalier.shell.line.Line;
import io.espalier.shell.line.Syntax;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class ShellTest {
    private static final String KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n";

    @TempDir
    Path home;

    private AnsweringOrchestrator server;
    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        server = Fixtures.fleet(new AnsweringOrchestrator(), Fixtures.NOW);
        shell = shell(Map.of("ESPALIER_URL", server.url(), "ESPALIER_TOKEN", AnsweringOrchestrator.TOKEN));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Shell shell(Map<String, String> env) {
        return new Shell(env, home, home, InstantSource.fixed(Fixtures.NOW), ZoneOffset.UTC);
    }

    // ---- the metrics tree ----

    @Test
    void treeIsReadAsATableAndAsTheTreesOwnJson() {
        server.reply(
                "GET /get/cpu,*%7Csum",
                _ -> new Reply(200, "application/json", "[{\"cpu,*\":130},{\"cpu,x\":\"begins\"}]"));

        assertThat(Ran.of(shell, "tree", "get", "cpu,*|sum").out())
                .contains("cpu,*  130")
                .contains("cpu,x  begins");
        assertThat(Ran.of(shell, "tree", "get", "cpu,*|sum", "--output", "json").out())
                .isEqualToIgnoringWhitespace("[{\"cpu,*\":130},{\"cpu,x\":\"begins\"}]");
    }

    @Test
    void treeIsWatchedFromWhereItWasRead() {
        server.reply("GET /get/a", _ -> new Reply(200, "application/json", "[{\"a\":1}]"));
        var asked = new AtomicInteger();
        server.reply("GET /pull/a", _ -> {
            int number = asked.incrementAndGet();
            return new Reply(200, "application/json", number == 1 ? "[]" : "[{\"a\":" + number + "},{\"b\":9}]");
        });

        var ran = Ran.of(shell, "tree", "watch", "a", "--count", "1", "--output", "json");

        assertThat(ran.out()).isEqualTo("{\"a\":2}\n");
        assertThat(ran.status()).isZero();
        assertThat(asked).hasValue(2);
    }

    @Test
    void treeTakesAFileAndTellsWhatItRejected() throws IOException {
        Files.writeString(home.resolve("lines"), "{\"a\":1}\nnot a line\n");
        server.reply(
                "POST /push",
                _ -> new Reply(
                        200,
                        "application/json",
                        "{\"merged\":1,\"rejected\":1,\"bad\":[{\"line\":2,\"reason\":\"no log line\",\"text\":\"not a line\"}]}"));

        var ran = Ran.of(shell, "tree", "push", "lines");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).contains("1 merged, 1 rejected", "line 2: no log line: not a line");
        assertThat(server.last("POST /push").body()).startsWith("{\"a\":1}");
        assertThat(Ran.of(shell, "tree", "push", "no-such-file").status()).isEqualTo(2);
    }

    // ---- looking ----

    @Test
    void resultsGoToStandardOutputAndMessagesToStandardError() {
        var ran = Ran.of(shell, "token", "create", "ci", "--right", "read", "--right", "deploy");

        assertThat(ran)
                .isEqualTo(new Ran(0, "esp_0123456789\n", "token t7 may read, deploy; it is not shown again:\n"));
        assertThat(server.last("POST /tokens").body()).isEqualTo("{\"label\":\"ci\",\"rights\":[\"read\",\"deploy\"]}");
    }

    @Test
    void jsonIsTheApisOwnRecord() {
        var ran = Ran.of(shell, "status", "--output", "json");

        var read = JsonMapper.builder().build().readValue(ran.out(), FleetStatus.class);
        assertThat(read).isEqualTo(Fixtures.status());
    }

    @Test
    void yamlQuotesWhatWouldReadAsSomethingElse() {
        server.on(
                "GET /status", new FleetStatus("yes", "in-sync", "1234e56", Map.of("in-sync", 1), null, "a: b", "0.1"));

        var ran = Ran.of(shell, "status", "-o", "yaml");

        assertThat(ran.out())
                .contains("fleet: \"yes\"\n", "revision: \"1234e56\"\n", "detail: \"a: b\"\n", "rollout: null\n")
                .contains("hosts:\n  in-sync: 1\n");
    }

    @Test
    void hostsOfAllPagesAreShownAndFiltersArePassedOn() {
        var one = Fixtures.hosts(Fixtures.NOW).hosts();
        server.reply("GET /hosts", request -> {
            boolean first = request.line().contains("page=0");
            return Reply.json(new HostPage(first ? one.subList(0, 3) : one.subList(3, 5), first ? 0 : 1, 3, 5));
        });

        var ran = Ran.of(shell, "hosts", "--tier", "web", "--state", "drifted", "--q", "a b");

        assertThat(ran.out()).contains("lb1", "db2");
        assertThat(server.last("GET /hosts?").line()).startsWith("GET /hosts?tier=web&state=drifted&q=a%20b&page=1");
    }

    @Test
    void terminalSequencesFromTheServerDoNotReachTheTerminal() {
        server.on(
                "GET /status",
                new FleetStatus(
                        "\u001b]0;evil\u0007demo", "in-sync", null, Map.of(), null, "a\u001b[2Jb\u202ec\nd", "0"));

        var ran = Ran.of(shell, "status");

        assertThat(ran.out()).contains("demo", "a\ufffd[2Jb\ufffdc d").doesNotContain("\u001b", "\u0007", "\u202e");
    }

    @Test
    void longLinesAreCutToTheTerminalOnly() {
        var narrow = Ran.of(shell, Prompter.NOBODY, "", new Console.Look(false, 60), "hosts");
        var piped = Ran.of(shell, "hosts");

        assertThat(narrow.out().lines()).allMatch(line -> line.length() <= 60).anyMatch(line -> line.contains("…"));
        assertThat(piped.out())
                .contains("GET http://127.0.0.1:9104/ answered 503")
                .doesNotContain("…");
    }

    // ---- backups ----

    private static BackupTaskView task(String state, String reason) {
        return new BackupTaskView(
                7,
                "run",
                "web1",
                "files",
                state,
                "ann",
                Fixtures.NOW,
                state.equals("running") ? null : Fixtures.NOW,
                state.equals("done") ? "5b1e77d0".repeat(8) : null,
                6,
                5_000_000,
                1_000,
                "/srv/a",
                reason,
                reason == null ? null : "no host key",
                List.of());
    }

    @Test
    void aBackupIsFollowedToItsEnd() {
        server.on("POST /backups/run", task("running", null));
        var looks = new java.util.concurrent.atomic.AtomicInteger();
        server.reply(
                "GET /backups/tasks/7",
                request -> Reply.json(task(looks.getAndIncrement() < 2 ? "running" : "done", null)));

        var ran = Ran.of(shell, "backup", "run", "files", "--host", "web1", "--path", "/srv");

        assertThat(ran)
                .isEqualTo(
                        new Ran(0, "● web1 files backed up snapshot 5b1e77d0, 6 entries, 5.0 MB, added 1.0 kB\n", ""));
        assertThat(server.last("POST /backups/run").body()).contains("\"paths\":[\"/srv\"]", "\"host\":\"web1\"");
    }

    @Test
    void aBackupThatFailsIsOne() {
        server.on("POST /backups/run", task("running", null));
        server.on("GET /backups/tasks/7", task("failed", "UNREACHABLE"));

        var ran = Ran.of(shell, "backup", "run", "files", "--host", "web1", "--path", "/srv");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out()).isEqualTo("✖ web1 files not backed up: UNREACHABLE: no host key\n");
    }

    @Test
    void aRestoreSaysWhichBackupAndAPruneThatRemovesAsks() {
        assertThat(Ran.of(shell, "backup", "restore", "--host", "web1", "--path", "/srv")
                        .status())
                .isEqualTo(2);
        assertThat(Ran.of(shell, "backup", "run", "files", "--path", "/srv").status())
                .isEqualTo(2);
        assertThat(Ran.of(shell, "backup", "prune", "--host", "web1", "--keep-daily", "7")
                        .status())
                .isEqualTo(2);
        assertThat(server.lines()).isEmpty();
    }

    // ---- exit statuses ----

    @Test
    void wrongUsageIsTwoAndSuggests() {
        var ran = Ran.of(shell, "hsots");

        assertThat(ran)
                .isEqualTo(
                        new Ran(
                                2,
                                "",
                                "espalier: there is no command 'hsots'; did you mean 'hosts'?\n  espalier --help tells more\n"));
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void refusalIsOneWithReasonAndAdviceButNoStackTrace() {
        var ran = Ran.of(shell, "host", "web9");

        assertThat(ran).isEqualTo(new Ran(1, "", "espalier: there is no /hosts/web9 (not-found)\n"));
        assertThat(Ran.of(shell, "host", "web9", "--verbose").err()).contains("\tat io.espalier.shell");
    }

    @Test
    void everyCommandHasHelpWithAnExampleThatItUnderstands() {
        for (var syntax : shell.parser().commands()) {
            if (syntax.equals(Syntax.HELP)) {
                continue;
            }
            var words = new ArrayList<>(syntax.path());
            words.add("--help");
            var ran = Ran.of(shell, words.toArray(String[]::new));
            assertThat(ran.status()).isZero();
            assertThat(ran.err()).isEmpty();
            for (String example : syntax.examples()) {
                assertThat(ran.out()).contains("  espalier " + example + "\n");
                var plain = List.of(example.replaceAll(" < .*", "").split(" "));
                assertThat(shell.parser().parse(plain)).as(example).isNotInstanceOf(Line.Wrong.class);
            }
        }
    }

    @Test
    void withoutAnOrchestratorItSaysHowToNameOne() {
        var ran = Ran.of(shell(Map.of()), "status");

        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("which orchestrator?", "espalier login");
    }

    // ---- login ----

    @Test
    void loginIsRememberedOnceTheTokenWorks() {
        var fresh = shell(Map.of());

        var wrong = Ran.of(fresh, Prompter.NOBODY, "bad\n", "login", server.url(), "--token-stdin");
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(Ran.of(fresh, "status").status()).isEqualTo(2);

        var right = Ran.of(
                fresh, Prompter.NOBODY, AnsweringOrchestrator.TOKEN + "\n", "login", server.url(), "--token-stdin");
        assertThat(right.status()).isZero();
        assertThat(right.err()).contains("stored in " + home.resolve(".config/espalier/credentials"));
        assertThat(Ran.of(fresh, "status").status()).isZero();
    }

    @Test
    void loginAsksAPersonForTheToken() {
        var ran = Ran.of(shell(Map.of()), Ran.answering(AnsweringOrchestrator.TOKEN), "", "login", server.url());

        assertThat(ran.status()).isZero();
    }

    @Test
    void loginTellsWhenTheEnvironmentComesFirst() {
        var env = Map.of("ESPALIER_URL", "http://other:1", "ESPALIER_TOKEN", AnsweringOrchestrator.TOKEN);

        var ran = Ran.of(shell(env), "login", server.url());

        assertThat(ran.status()).isZero();
        assertThat(ran.err()).contains("note: ESPALIER_URL or ESPALIER_TOKEN is set and comes first");
    }

    // ---- desired state ----

    @Test
    void validateSendsTheFilesAndFailsOnErrors() throws IOException {
        Files.createDirectories(home.resolve("fleet/units"));
        Files.createDirectories(home.resolve("fleet/.git"));
        Files.writeString(home.resolve("fleet/fleet.yaml"), "a");
        Files.writeString(home.resolve("fleet/units/web.yaml"), "b");
        Files.writeString(home.resolve("fleet/.git/config"), "c");
        Files.createSymbolicLink(home.resolve("fleet/link"), home.resolve("elsewhere"));

        var ran = Ran.of(shell, "validate", "fleet");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out())
                .isEqualTo("fleet/units/web.yaml:12:5 unknown key 'relaod' (did you mean 'reload'?)\n"
                        + "fleet/hosts.yaml:3 warning: no unit matches host 'db9'\n");
        assertThat(ran.err()).isEqualTo("left out, not a regular file: link\n");
        assertThat(server.last("POST /validate").body())
                .isEqualTo("{\"files\":{\"fleet.yaml\":\"YQ==\",\"units/web.yaml\":\"Yg==\"}}");
    }

    @Test
    void validateIsFineWithWarningsOnlyAndRefusesWhatIsNoFolder() throws IOException {
        Files.writeString(home.resolve("fleet.yaml"), "a");
        server.on("POST /validate", Fixtures.problems().subList(1, 2));

        assertThat(Ran.of(shell, "validate", "."))
                .isEqualTo(new Ran(0, "hosts.yaml:3 warning: no unit matches host 'db9'\n", ""));
        assertThat(Ran.of(shell, "validate", "missing").status()).isEqualTo(2);
        assertThat(Ran.of(shell, "validate", "fleet.yaml").status()).isEqualTo(2);
    }

    @Test
    void planWithErrorsFails() {
        var plan = Fixtures.plan();
        server.on(
                "GET /plan",
                new PlanView(plan.digest(), plan.revision(), 5, 5, List.of(), List.of(), Fixtures.problems(), null));

        assertThat(Ran.of(shell, "plan").status()).isEqualTo(1);
    }

    // ---- changing ----

    @Test
    void deployShowsThePlanSendsItsDigestAndFollowsToTheVerdict() {
        var ran = Ran.of(
                shell, "deploy", "--ref", "v1", "--host", "web1,web2", "--tier", "web", "--unit", "motd", "--yes");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).isEqualTo("rollout 13 ● done in 840 ms: 3 of 3 applied, 1 waiting\n");
        assertThat(ran.err())
                .contains("3 hosts would change", "+Guten Tag")
                .containsOnlyOnce("web1 applied in 41 ms")
                .containsSubsequence("rollout 13", "wave 1/2", "web1 applied", "web2 applied", "done: 3 of 3");
        assertThat(server.lines()).contains("GET /plan?ref=v1&host=web1&host=web2&tier=web&unit=motd");
        assertThat(server.last("POST /rollouts").body())
                .isEqualTo("{\"ref\":\"v1\",\"hosts\":[\"web1\",\"web2\"],\"tiers\":[\"web\"],"
                        + "\"units\":[\"motd\"],\"plan\":\"d1e2f3\"}");
    }

    @Test
    void deployAsksAndNoLeavesEverything() {
        var ran = Ran.of(shell, Ran.answering("n"), "", "deploy");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).endsWith("espalier: left as it was\n");
        assertThat(Ran.of(shell, "deploy").status()).isEqualTo(2); // nobody to ask
        assertThat(server.lines()).noneMatch(line -> line.startsWith("POST"));
        assertThat(Ran.of(shell, Ran.answering("y"), "", "deploy", "--no-wait").status())
                .isZero();
        assertThat(server.lines()).contains("POST /rollouts");
    }

    @Test
    void deployOfNothingIsFineAndSendsNothing() {
        server.on("GET /plan", new PlanView("d", "r", 5, 5, List.of(), List.of(), List.of(), null));

        var ran = Ran.of(shell, "deploy", "-o", "json");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).isEqualTo("null\n");
        assertThat(ran.err()).contains("nothing would change, 5 in sync").doesNotContain("0 hosts");
        assertThat(server.lines()).containsExactly("GET /plan");
    }

    @Test
    void deployOfAPlanThatIsNoLongerSoIsRefused() {
        server.reply("POST /rollouts", _ -> Reply.problem(409, "host-moved", "web1 changed since the plan"));

        var ran = Ran.of(shell, "deploy", "--yes");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("espalier: web1 changed since the plan (host-moved)\n  Something changed");
    }

    @Test
    void failedRolloutIsOneAndTellsWhy() {
        var failed = new RolloutView(
                13,
                "deploy",
                "r",
                null,
                "ann",
                "failed",
                "unhealthy",
                "web1: 503",
                1,
                2,
                3,
                0,
                1,
                0,
                Fixtures.NOW,
                Fixtures.NOW);
        server.on("GET /rollouts/13", new RolloutDetail(failed, List.of(), 14));

        var ran = Ran.of(shell, "deploy", "--yes");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.out())
                .isEqualTo("rollout 13 ✖ failed in 0 ms: 0 of 3 applied, 1 failed\n  unhealthy: web1: 503\n");
    }

    @Test
    void followingSurvivesALostConnectionWithoutGapOrRepetition() {
        var looks = new AtomicInteger();
        var events = List.of(
                new EventView(5, 13, Fixtures.NOW, "host", 1, "web1", "applied", "web1 applied"),
                new EventView(6, 13, Fixtures.NOW, "ended", 1, null, "done", "all done"));
        server.reply("GET /rollouts/13/events", request -> switch (looks.incrementAndGet()) {
            case 1 -> Reply.json(events.subList(0, 1));
            case 2 -> Reply.problem(503, "busy", "starting");
            default -> Reply.json(request.line().endsWith("since=5") ? events.subList(1, 2) : List.of());
        });
        server.reply("GET /rollouts/13", _ -> {
            boolean over = looks.get() > 2;
            return Reply.json(new RolloutDetail(
                    Fixtures.rollout(13, over ? "done" : "paused", Fixtures.NOW, over ? Fixtures.NOW : null),
                    List.of(),
                    6));
        });

        var ran = Ran.of(shell, "rollout", "13", "--follow");

        assertThat(ran.status()).isZero();
        assertThat(ran.err())
                .isEqualTo(
                        "● web1 applied\nis paused: espalier rollout resume 13\nstarting; trying again\n● all done\n");
    }

    @Test
    void steeringNamesTheActionInThePath() {
        assertThat(Ran.of(shell, "rollout", "pause", "12").status()).isZero();
        assertThat(server.lines()).containsExactly("POST /rollouts/12/pause");
    }

    @Test
    void rollbackNeedsHostsOrAllAndAYes() {
        assertThat(Ran.of(shell, "rollback").status()).isEqualTo(2);
        assertThat(Ran.of(shell, "rollback", "web1", "--all", "--yes").status()).isEqualTo(2);
        assertThat(Ran.of(shell, Ran.answering(""), "", "rollback", "web1").status())
                .isEqualTo(1);
        assertThat(server.lines()).isEmpty();

        assertThat(Ran.of(shell, "rollback", "--all", "--to", "v1", "--yes").status())
                .isZero();
        assertThat(server.last("POST /rollback").body()).isEqualTo("{\"hosts\":[],\"all\":true,\"to\":\"v1\"}");
    }

    @Test
    void beginningOfAReleaseIdStandsForTheWholeOne() {
        assertThat(Ran.of(shell, "rollback", "web1", "--to", "9c1e", "--yes").status())
                .isZero();
        assertThat(server.last("POST /rollback").body())
                .isEqualTo("{\"hosts\":[\"web1\"],\"all\":false,\"to\":\"9c1e77a0b3d2f4\"}");
    }

    @Test
    void stepsOnHostsAreForTheVerbose() {
        var step = new EventView(11, 13, Fixtures.NOW, "step", 1, "web1", "applying", "web1 staged");
        server.reply(
                "GET /rollouts/13/events",
                request -> Reply.json(request.line().endsWith("since=0") ? List.of(step) : List.of()));
        server.on(
                "GET /rollouts/13",
                new RolloutDetail(Fixtures.rollout(13, "done", Fixtures.NOW, Fixtures.NOW), List.of(), 11));

        assertThat(Ran.of(shell, "rollout", "13", "--follow").err()).isEmpty();
        assertThat(Ran.of(shell, "rollout", "13", "--follow", "--verbose").err())
                .isEqualTo("▶ web1 staged\n");
    }

    @Test
    void jobIsRunOnTheHostThatIsNamed() {
        var ran = Ran.of(shell, "job", "run", "shop/bill", "--host", "web1");
        assertThat(ran.status()).isZero();
        assertThat(ran.err()).contains("shop/bill runs on web1");
        assertThat(server.lines()).contains("POST /hosts/web1/runs");
        assertThat(Ran.of(shell, "job", "run", "shop/bill").status()).isEqualTo(2);
    }

    @Test
    void healingFollowsItsRollout() {
        var ran = Ran.of(shell, "drift", "heal", "web1");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).startsWith("rollout 13 ● done");
        assertThat(server.lines()).contains("POST /drift/web1/heal");
    }

    // ---- enrolment ----

    @Test
    void enrolmentSendsNoSecretBeforeTheKeyIsAgreedTo() throws IOException {
        Files.writeString(home.resolve("id"), KEY);

        var ran = Ran.of(
                shell,
                Ran.answering("y"),
                "",
                "enrol",
                "root@web3:2222",
                "--name",
                "web3",
                "--tag",
                "web",
                "--identity",
                "id");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).isEqualTo("web3 ● done  auid a-10\n");
        assertThat(ran.err())
                .containsSubsequence(Fixtures.FINGERPRINT, "connected", "agent installed", "agent runs")
                .containsOnlyOnce("connected");
        assertThat(server.last("POST /enrol/probe").body())
                .contains("root@web3:2222")
                .doesNotContain("PRIVATE");
        assertThat(server.last("POST /enrol").body()).contains("BEGIN OPENSSH PRIVATE KEY", Fixtures.FINGERPRINT);
    }

    @Test
    void otherHostKeyThanTheGivenOneEndsTheEnrolment() {
        var ran = Ran.of(
                shell, Prompter.NOBODY, "pw\n", "enrol", "root@web3", "--host-key", "SHA256:other", "--password-stdin");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err()).contains("host-key-changed");
        assertThat(server.lines()).containsExactly("POST /enrol/probe");
        assertThat(server.last("POST").body()).doesNotContain("pw\"");
    }

    @Test
    void passwordComesFromStandardInput() {
        var ran = Ran.of(
                shell,
                Prompter.NOBODY,
                "pa ss\nrest",
                "enrol",
                "root@web3",
                "--host-key",
                Fixtures.FINGERPRINT,
                "--password-stdin");

        assertThat(ran.status()).isZero();
        assertThat(server.last("POST /enrol").body()).contains("\"password\":\"pa ss\"");
        assertThat(ran.err()).doesNotContain("pa ss");
    }

    @Test
    void enrolmentWithoutAPersonNeedsTheKey() {
        assertThat(Ran.of(shell, "enrol", "root@web3").status()).isEqualTo(2);
        assertThat(Ran.of(shell, "enrol", "web3").status()).isEqualTo(2);
        assertThat(Ran.of(shell, Ran.answering("no"), "", "enrol", "root@web3").status())
                .isEqualTo(1);
        assertThat(server.lines()).doesNotContain("POST /enrol");
    }
}
