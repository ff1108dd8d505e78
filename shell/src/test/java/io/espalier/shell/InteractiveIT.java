package io.espalier.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.shell.AnsweringOrchestrator.Reply;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person at a pseudo-terminal. */
class InteractiveIT {
    private static final String PROMPT = "espalier> ";

    @TempDir
    Path home;

    private AnsweringOrchestrator server;
    private ShellProcess shell;

    @BeforeEach
    void start() throws IOException {
        server = Fixtures.fleet(new AnsweringOrchestrator(), Instant.now());
        var env = Map.of(
                "ESPALIER_URL", server.url(), "ESPALIER_TOKEN", AnsweringOrchestrator.TOKEN, "TERM", "xterm-256color");
        shell = ShellProcess.startAtTerminal(home, env);
        shell.awaitOutput(0, PROMPT);
    }

    @AfterEach
    void stop() {
        shell.close();
        server.close();
    }

    /** Types, and waits for what follows. */
    private void say(String typed, String shown) throws IOException {
        int from = shell.plain().length();
        shell.type(typed);
        shell.awaitOutput(from, shown);
    }

    private void leave() throws Exception {
        shell.type("exit\r");
        assertThat(shell.end().status()).isZero();
    }

    @Test
    void greetsWithTheFleetAndRunsCommands() throws Exception {
        assertThat(shell.plain()).contains("demo  ◆ drifted  5 hosts");

        say("users\r", "read, deploy");
        say("host 'web 9'\r", "there is no /hosts/web%209 (not-found)");
        say("hsots\r", "did you mean 'hosts'?");
        leave();
    }

    @Test
    void tabCompletesCommandsOptionsAndNames() throws Exception {
        say("rend\t", "render ");
        say("\t", "web1");
        say("web1\r", "Hello web1");
        say("sou\t", "source");
        say(" sy\t", "sync ");
        say("d\t", "demo ");
        say("\r", "settled");
        say("hosts --sta\t", "--state ");
        say("dr\t", "drifted ");
        say("\r", "lb1");
        assertThat(server.last("GET /hosts?").line()).contains("state=drifted");
        say("rollout pause \t", "11");
        say("2\r", "paused");
        leave();
    }

    @Test
    void controlCLeavesAWaitingCommandAndTheShellGoesOn() throws Exception {
        var asked = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        server.reply("GET /drift", _ -> {
            asked.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Reply.json(Fixtures.drift(Instant.now()));
        });
        shell.type("drift\r");
        asked.await();

        say("\u0003", PROMPT);
        over.countDown();

        say("users\r", "read, deploy");
        assertThat(shell.plain()).doesNotContain("/etc/motd");
        leave();
    }

    @Test
    void deployAsksInTheShellToo() throws Exception {
        say("deploy\r", "[y/N]");
        say("y\r", "rollout 13 ● done");
        leave();
    }

    @Test
    void historyIsKeptForTheOwnerAndWithoutTokens() throws Exception {
        say("users\r", "read, deploy");
        say("users --token " + AnsweringOrchestrator.TOKEN + "\r", "read, deploy");
        leave();

        Path history = home.resolve(".local/state/espalier/history");
        Await.until("history is written", () -> Files.size(history) > 0);
        assertThat(Files.readString(history)).contains("users").doesNotContain(AnsweringOrchestrator.TOKEN);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
                .isEqualTo("rw-------");
    }

    @Test
    void controlDLeaves() throws Exception {
        shell.type("\u0004");

        assertThat(shell.end().status()).isZero();
    }
}
