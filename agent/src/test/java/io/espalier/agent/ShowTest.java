package io.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.agent.fs.BeneathFs;
import io.espalier.agent.testing.AgentProcess;
import io.espalier.agent.testing.Machine;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.agent.testing.ScriptedHost;
import io.espalier.agent.testing.Wanted;
import io.espalier.testkit.MutableClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code espalier agent show}, below a folder, with no daemon. */
class ShowTest {

    @TempDir
    private Path root;

    private final Orchestrator orchestrator = new Orchestrator();
    private final ScriptedHost host = new ScriptedHost();
    private final Wanted wanted = new Wanted();

    @Test
    void aHostThatNeverHadAnAgentIsToldSo() {
        assertThatThrownBy(() -> show())
                .isInstanceOf(IOException.class)
                .hasMessage("no agent has run here: there is no /var/lib/espalier-agent/journal");
    }

    @Test
    void aHostWithoutAReleaseIsEmpty() throws Exception {
        AgentProcess.configure(root, orchestrator);
        boot();
        assertThat(show()).isEqualTo("""
                agent      test-1, not running
                state      empty
                release    none
                """);
        assertThat(show("--output", "json"))
                .isEqualTo("{\"auid\":\"test-1\",\"running\":false,\"state\":\"empty\",\"number\":0,\"release\":null,"
                        + "\"previous\":null,\"underWay\":null,\"confirmBy\":null,\"last\":null,\"units\":[],"
                        + "\"drift\":[]}\n");
    }

    @Test
    void releaseUnitsDriftAndLastApplyAreTold() throws Exception {
        AgentProcess.configure(root, orchestrator);
        layOne();
        String id = wanted.release().id().abbreviated();
        assertThat(show()).contains("state      in-sync\n", "release    " + id + ", manifest 1\n", "unit       app, 2 files, reload reload it, 1 health checks\n");
        assertThat(show()).doesNotContain("drift");

        Files.writeString(root.resolve("etc/motd"), "by hand");
        assertThat(show()).contains("state      drifted\n", "drift      /etc/motd, content, unit app, since ");
        assertThat(show("--output", "json"))
                .contains("\"state\":\"drifted\"")
                .contains("\"release\":{\"id\":\"" + wanted.release().id().digest().hex() + "\",\"number\":1}")
                .contains("\"units\":[{\"name\":\"app\",\"files\":2,\"reload\":\"reload it\",\"health\":1}]")
                .contains("\"drift\":[{\"path\":\"/etc/motd\",\"unit\":\"app\",\"kind\":\"content\",\"since\":\"");
    }

    @Test
    void aFailedApplyAndAPendingConfirmationAreTold() throws Exception {
        Machine machine = layOne();
        host.health = _ -> Optional.of("it says \"no\"");
        Wanted bad = new Wanted();
        bad.unit("app").file("/etc/motd", "new").health(Duration.ofSeconds(1), "is-healthy");
        machine.apply(orchestrator.sign(bad.release()), bad.blobs());
        assertThat(show()).contains("state      failed\n", "last       manifest 2 at 2026-03-01T12:00:00Z: rolled back, unhealthy: ");
        assertThat(show("--output", "json"))
                .contains("\"outcome\":\"rolled-back\",\"reason\":\"unhealthy\"", "it says \\\"no\\\"\"");

        host.health = _ -> Optional.empty();
        machine.apply(orchestrator.sign(bad.release(), Duration.ofMinutes(1)), bad.blobs());
        assertThat(show())
                .contains("state      waiting\n", "confirm    awaited until 2026-03-01T12:01:00Z, ")
                .contains("release    " + bad.release().id().abbreviated() + ", manifest 3\n")
                .contains("previous   " + wanted.release().id().abbreviated() + ", manifest 1\n");
        assertThat(show("--output", "json")).contains("\"confirmBy\":\"2026-03-01T12:01:00Z\"");
    }

    @Test
    void lookingChangesNothing() throws Exception {
        layOne();
        var before = Files.readAllBytes(root.resolve("var/lib/espalier-agent/journal"));
        show();
        assertThat(root.resolve("var/lib/espalier-agent/journal")).hasBinaryContent(before);
        assertThat(root.resolve("var/lib/espalier-agent/drift")).doesNotExist();
    }

    @Test
    void anUnknownOutputIsRefused() {
        assertThatThrownBy(() -> show("--output", "xml")).hasMessage("--output xml (expected: table or json)");
    }

    private Machine layOne() throws IOException {
        wanted.unit("app")
                .file("/etc/motd", "hello")
                .file("/etc/app.conf", "x = 1")
                .reload("reload", "it")
                .health(Duration.ofSeconds(1), "is-healthy");
        Machine machine = boot();
        machine.apply(orchestrator.sign(wanted.release()), wanted.blobs());
        return machine;
    }

    private Machine boot() throws IOException {
        Files.createDirectories(root.resolve("var/lib/espalier-agent"));
        return Machine.boot(new BeneathFs(root), host, MutableClock.fixed(), orchestrator);
    }

    private String show(String... more) throws Exception {
        var words = new java.util.ArrayList<>(List.of("show", "--root", root.toString()));
        words.addAll(List.of(more));
        var out = new ByteArrayOutputStream();
        try (var print = new PrintStream(out, true, StandardCharsets.UTF_8)) {
            Show.print(Arguments.parse(words), print);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
