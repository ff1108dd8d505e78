package io.espalier.backup.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandDumpTest {
    private final Dumps dumps = new Dumps(MutableClock.fixed());

    @TempDir
    Path folder;

    private DumpVerdict run(List<String> argv, List<String> verify) {
        return dumps.run(new DumpSpec.Command("ldap", argv, verify, Limits.USUAL), folder.resolve("dump"));
    }

    private Reason reason(List<String> argv, List<String> verify) {
        return ((DumpVerdict.Failed) run(argv, verify)).reason();
    }

    @Test
    void outputOfAProgramIsKept() throws IOException {
        var ok = (DumpVerdict.Ok) run(List.of("printf", "a b"), List.of("grep", "-q", "a b"));
        assertThat(ok.record().open(ok.record().part("ldap")).readAllBytes())
                .isEqualTo("a b".getBytes(StandardCharsets.UTF_8));
        assertThat(ok.record().part("ldap").sha256())
                .isEqualTo("c8687a08aa5d6ed2044328fa6a697ab8e96dc34291e8c2034ae8c38e6fcc6d65");
    }

    @Test
    void argumentsAreNotAShellLine() throws IOException {
        var ok = (DumpVerdict.Ok) run(List.of("echo", "$(id)", ";", "|"), List.of());
        assertThat(new String(ok.record().open(ok.record().part("ldap")).readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("$(id) ; |\n");
    }

    @Test
    void nothingOfOurEnvironmentReachesTheProgram() throws IOException {
        var ok = (DumpVerdict.Ok) run(List.of("env"), List.of());
        assertThat(new String(ok.record().open(ok.record().part("ldap")).readAllBytes(), StandardCharsets.UTF_8)
                        .lines())
                .allMatch(line -> line.matches("(PATH|LC_ALL|HOME)=.*"));
    }

    @Test
    void everyLieIsNoDump() {
        assertThat(reason(List.of("true"), List.of())).isEqualTo(Reason.EMPTY);
        assertThat(reason(List.of("false"), List.of())).isEqualTo(Reason.TOOL_FAILED);
        assertThat(reason(List.of("sh", "-c", "echo x; kill -9 $$"), List.of())).isEqualTo(Reason.TOOL_KILLED);
        assertThat(reason(List.of("sh", "-c", "echo x; echo careful >&2"), List.of()))
                .isEqualTo(Reason.TOOL_WARNED);
        assertThat(reason(List.of("/no/such/program"), List.of())).isEqualTo(Reason.TOOL_MISSING);
        assertThat(reason(List.of("echo", "x"), List.of("grep", "-q", "y"))).isEqualTo(Reason.NOT_ACCEPTED);
        assertThat(reason(List.of("echo", "x"), List.of("/no/such/program"))).isEqualTo(Reason.TOOL_MISSING);
        assertThat(folder.resolve("dump.partial")).doesNotExist();
    }

    @Test
    void checkerThatReadsOnlyTheBeginningIsNoReasonToFail() {
        assertThat(run(List.of("head", "-c", "3000000", "/dev/zero"), List.of("head", "-c", "1")))
                .isInstanceOf(DumpVerdict.Ok.class);
    }

    @Test
    void programThatNeverEndsIsEnded() {
        var spec = new DumpSpec.Command(
                "ldap", List.of("sleep", "600"), List.of(), Limits.USUAL.idle(Duration.ofMillis(300)));
        assertThat(((DumpVerdict.Failed) dumps.run(spec, folder.resolve("dump"))).reason())
                .isEqualTo(Reason.TIMED_OUT);
    }

    @Test
    void remainsOfAKilledRunAreReplacedAndAGoodDumpNever() throws IOException {
        Files.createDirectory(folder.resolve("dump.partial"));
        Files.writeString(folder.resolve("dump.partial/dump"), "half");
        assertThat(run(List.of("echo", "x"), List.of())).isInstanceOf(DumpVerdict.Ok.class);
        assertThat(reason(List.of("echo", "y"), List.of())).isEqualTo(Reason.SPOOL_FAILED);
        assertThat(folder.resolve("dump/dump")).hasContent("x");
    }
}
