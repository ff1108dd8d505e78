package io.espalier.agent.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.agent.system.CommandResult;
import io.espalier.agent.system.ProcessRunner;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.HealthCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A failed check tells what was wrong with the service, not what became of our last question. */
class HealthProbeTest {

    private static final Duration SHORT = Duration.ofMillis(300);

    private final ProcessRunner runner = new ProcessRunner(Path.of("/"), Map.of());
    private final HealthProbe probe = new HealthProbe(command -> runner.run(command, Map.of()));
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void anotherStatusIsToldWithTheOneExpected() throws IOException {
        assertThat(ask("HTTP/1.1 503 Service Unavailable\r\n\r\n")).contains("expected status 200, got 503");
        assertThat(ask("HTTP/1.1 200 OK\r\n\r\n")).isEmpty();
    }

    @Test
    void aServerThatTakesTheQuestionAndIsSilentIsToldSo() throws IOException {
        ServerSocket server = listen();
        assertThat(probe.ask(new HealthCheck.Http(url(server), 200, SHORT))).contains("no answer within 300 ms");
    }

    @Test
    void aServerThatAnswersAtFirstAndHangsThenIsToldByItsAnswer() throws IOException {
        ServerSocket server = listen();
        Thread.ofVirtual().start(() -> answer(server, "HTTP/1.1 500 Oops\r\n\r\n", 1));
        assertThat(probe.ask(new HealthCheck.Http(url(server), 200, SHORT))).contains("expected status 200, got 500");
    }

    @Test
    void nobodyListeningIsToldSo() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        assertThat(probe.ask(new HealthCheck.Tcp("127.0.0.1", port, SHORT)).orElseThrow())
                .contains("refused");
    }

    @Test
    void missingTextIsToldWithWhatWasPrinted() {
        assertThat(probe.ask(exec(Optional.of("PONG"), "/bin/echo", "LOADING")))
                .contains("did not contain \"PONG\", got \"LOADING\"");
        assertThat(probe.ask(exec(Optional.of("PONG"), "/bin/echo", "PONG"))).isEmpty();
    }

    @Test
    void aBadExitIsToldWithTheLastLineOfStderr() {
        assertThat(probe.ask(exec(
                        Optional.empty(),
                        "/bin/sh",
                        "-c",
                        "echo on stdout; echo first >&2; echo no route >&2; echo late; exit 3")))
                .contains("exit status 3: no route");
        assertThat(probe.ask(exec(Optional.empty(), "/bin/false"))).contains("exit status 1");
    }

    @Test
    void aProgramThatIsNotThereIsToldSo() {
        assertThat(probe.ask(exec(Optional.empty(), "/no/such/program")).orElseThrow())
                .contains("cannot be started")
                .contains("/no/such/program");
    }

    @Test
    void onlyACommandThatNeverEndsIsToldAsKilled() {
        assertThat(probe.ask(exec(Optional.empty(), "/bin/sleep", "60")).orElseThrow())
                .startsWith("killed after ");
    }

    @Test
    void anAttemptCutShortByTheDeadlineDoesNotHideTheAnswerBefore() {
        var asked = new ArrayList<Duration>();
        Function<Command, CommandResult> hangsLater = command -> {
            asked.add(command.timeout());
            if (asked.size() == 1) {
                return CommandResult.exited(0, "starting");
            }
            return runner.run(List.of("/bin/sleep", "60"), command.timeout());
        };
        assertThat(new HealthProbe(hangsLater).ask(exec(Optional.of("ready"), "status")))
                .contains("did not contain \"ready\", got \"starting\"");
        assertThat(asked).hasSizeGreaterThan(1).allMatch(time -> time.toMillis() >= 50);
    }

    @Test
    void longOutputIsToldInPart() {
        assertThat(probe.ask(exec(Optional.of("x"), "/usr/bin/seq", "1000")).orElseThrow())
                .hasSizeLessThan(260)
                .endsWith("…\"");
    }

    private static HealthCheck exec(Optional<String> expect, String... argv) {
        return new HealthCheck.Exec(new Command(List.of(argv), Duration.ofSeconds(20)), expect, SHORT);
    }

    private Optional<String> ask(String answer) throws IOException {
        ServerSocket server = listen();
        Thread.ofVirtual().start(() -> answer(server, answer, Integer.MAX_VALUE));
        return probe.ask(new HealthCheck.Http(url(server), 200, SHORT));
    }

    private ServerSocket listen() throws IOException {
        var server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        open.add(server);
        return server;
    }

    private static String url(ServerSocket server) {
        return "http://127.0.0.1:" + server.getLocalPort() + "/";
    }

    private static void answer(ServerSocket server, String text, int times) {
        for (int i = 0; i < times; i++) {
            try (Socket socket = server.accept()) {
                socket.getInputStream().read(new byte[4096]);
                socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            } catch (IOException closed) {
                return;
            }
        }
    }
}
