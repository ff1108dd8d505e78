package io.espalier.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands as processes: exit statuses, the two streams, words as they were given. */
class OneShotIT {
    @TempDir
    Path home;

    private AnsweringOrchestrator server;
    private final Map<String, String> env = new HashMap<>();

    @BeforeEach
    void start() throws IOException {
        server = Fixtures.fleet(new AnsweringOrchestrator(), Instant.now());
        env.put("ESPALIER_URL", server.url());
        env.put("ESPALIER_TOKEN", AnsweringOrchestrator.TOKEN);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Ran run(String... words) throws Exception {
        long begin = System.nanoTime();
        try (var process = ShellProcess.start(home, env, words)) {
            process.endInput();
            var ran = process.end();
            long millis = (System.nanoTime() - begin) / 1_000_000;
            System.out.println(Arrays.toString(words) + " without an AOT cache: " + millis + " ms");
            return ran;
        }
    }

    @Test
    void exitStatusesAreThoseOfTheCommand() throws Exception {
        assertThat(run("status").status()).isZero();
        assertThat(run("host", "web9")).isEqualTo(new Ran(1, "", "espalier: there is no /hosts/web9 (not-found)\n"));
        var wrong = run("status", "--nonsense");
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err()).startsWith("espalier: there is no option --nonsense");
    }

    @Test
    void wordsWithBlanksAndQuotesArriveAsTheyWereGiven() throws Exception {
        run("hosts", "--q", "two words 'and' \"more\" \\", "--tag=", "--no-color");
        assertThat(server.lines()).isEmpty(); // an empty tag is wrong usage

        run("hosts", "--q", "two words 'and' \"more\" \\");
        assertThat(server.lines()).singleElement().asString().contains("q=two%20words%20%27and%27%20%22more%22%20%5C&");
    }

    @Test
    void nothingButTheResultIsOnStandardOutput() throws Exception {
        var ran = run("deploy", "--yes", "--output", "json");

        assertThat(ran.status()).isZero();
        assertThat(ran.out()).startsWith("{\n  \"id\" : 13,").endsWith("}\n").doesNotContain("\u001b");
        assertThat(ran.err()).contains("web1 applied in 41 ms").doesNotContain("\u001b");
    }

    @Test
    void pipedCommandsStopAtTheFirstThatFails() throws Exception {
        try (var process = ShellProcess.start(home, env)) {
            process.type("# a comment\n\nusers\nhost 'web 9'\nsources\n");
            process.endInput();
            var ran = process.end();

            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.out()).contains("ann").doesNotContain("SOURCE");
            assertThat(server.lines()).containsExactly("GET /users", "GET /hosts/web%209");
        }
    }

    @Test
    void fullDiskIsAFailure() throws Exception {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "there is no /dev/full");
        try (var process = ShellProcess.startInto(full, home, env, "hosts")) {
            var ran = process.end();

            assertThat(ran.status()).isEqualTo(1);
            assertThat(ran.err()).isEqualTo("espalier: No space left on device\n");
        }
    }

    @Test
    void terminalGetsColoursUnlessToldOtherwise() throws Exception {
        env.put("TERM", "xterm");
        try (var process = ShellProcess.startAtTerminal(home, env, "hosts")) {
            assertThat(process.end().out()).contains("\u001b[32m● in-sync\u001b[0m");
        }
        try (var process = ShellProcess.startAtTerminal(home, env, "hosts", "--no-color")) {
            var lines = process.end().out().lines().toList();
            assertThat(lines).noneMatch(line -> line.contains("\u001b")).allMatch(line -> line.length() <= 100);
        }
        env.put("NO_COLOR", "1");
        try (var process = ShellProcess.startAtTerminal(home, env, "hosts")) {
            assertThat(process.end().out()).doesNotContain("\u001b");
        }
    }

    @Test
    void deployAsksAtATerminal() throws Exception {
        env.put("TERM", "xterm");
        try (var process = ShellProcess.startAtTerminal(home, env, "deploy")) {
            process.awaitOutput(0, "Deploy this to 3 hosts? [y/N]");
            process.type("y\n");
            var ran = process.end();

            assertThat(ran.status()).isZero();
            assertThat(ran.out()).contains("3 of 3 applied");
        }
    }

    @Test
    void loginKeepsTheTokenFromTheScreen() throws Exception {
        env.clear();
        env.put("TERM", "xterm");
        try (var process = ShellProcess.startAtTerminal(home, env, "login", server.url())) {
            process.awaitOutput(0, "Token for ");
            process.awaitNoEcho();
            process.type(AnsweringOrchestrator.TOKEN + "\n");
            var ran = process.end();

            assertThat(ran.status()).isZero();
            assertThat(ran.out()).contains("stored in").doesNotContain(AnsweringOrchestrator.TOKEN);
        }
        assertThat(run("status").status()).isZero();
    }
}
