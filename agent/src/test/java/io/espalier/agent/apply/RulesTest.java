package io.espalier.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.agent.testing.Machine;
import io.espalier.agent.testing.MemoryFs;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.agent.testing.ScriptedHost;
import io.espalier.agent.testing.Wanted;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Releases that bring other rules and no other file. */
class RulesTest {

    private static final Duration SOON = Duration.ofSeconds(1);

    private final MemoryFs disk = new MemoryFs();
    private final ScriptedHost host = new ScriptedHost();
    private final Orchestrator orchestrator = new Orchestrator();
    private final List<String> asked = new ArrayList<>();
    private final Wanted before = Wanted.files("/etc/app.conf", "text");
    private Machine machine;

    @BeforeEach
    void layTheFirst() throws IOException {
        disk.putFolder(Machine.STATE);
        machine = Machine.boot(disk, host, MutableClock.fixed(), orchestrator);
        assertThat(apply(before)).isInstanceOf(ApplyOutcome.Applied.class);
        host.health = check -> {
            asked.add(check.toString());
            return check.toString().contains("sick") ? Optional.of("exit status 1: sick") : Optional.empty();
        };
    }

    @Test
    void aNewHealthCheckIsAskedBeforeItIsTaken() throws IOException {
        Wanted well = withHealth("is-well");
        assertThat(apply(well)).isEqualTo(new ApplyOutcome.Unchanged());
        assertThat(asked).containsExactly("exec is-well");
        assertThat(machine.applier.standing().onDisk()).contains(well.release().id());
    }

    @Test
    void aNewHealthCheckThatFailsIsRefusedAndTheOldRulesStay() throws IOException {
        assertThat(apply(withHealth("is-sick"))).isInstanceOfSatisfying(ApplyOutcome.Rejected.class, refused -> {
            assertThat(refused.reason()).isEqualTo(Reason.UNHEALTHY);
            assertThat(refused.detail()).isEqualTo("unit app: exec is-sick: exit status 1: sick");
        });
        assertThat(machine.applier.standing().onDisk())
                .contains(before.release().id());
        assertThat(machine.applier.standing().number()).isEqualTo(2);
        assertThat(host.ran).isEmpty();
    }

    @Test
    void aNewReloadCommandIsTakenAndNotRunAndHealthIsAsked() throws IOException {
        Wanted wanted = new Wanted();
        wanted.unit("app").file("/etc/app.conf", "text").reload("reload-it").health(SOON, "is-well");
        assertThat(apply(wanted)).isEqualTo(new ApplyOutcome.Unchanged());
        assertThat(host.ran).isEmpty();
        assertThat(asked).containsExactly("exec is-well");
    }

    @Test
    void newValidateAndCheckCommandsAreTried() throws IOException {
        Wanted wanted = new Wanted();
        wanted.unit("app")
                .file("/etc/app.conf", "text")
                .validate("validate-it", "{stage}")
                .check("check-it");
        assertThat(apply(wanted)).isEqualTo(new ApplyOutcome.Unchanged());
        assertThat(host.ran).hasSize(2);
        assertThat(host.ran.getFirst()).startsWith("validate-it " + Machine.STATE + "/stage/");
        assertThat(host.ran.getLast()).isEqualTo("check-it");
    }

    @Test
    void aNewValidateCommandThatFailsIsRefused() throws IOException {
        host.program = line -> line.startsWith("validate-it") ? ScriptedHost.bad("no") : ScriptedHost.good();
        Wanted wanted = new Wanted();
        wanted.unit("app").file("/etc/app.conf", "text").validate("validate-it", "{stage}");
        assertThat(apply(wanted))
                .isInstanceOfSatisfying(
                        ApplyOutcome.Rejected.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.VALIDATE_FAILED));
        assertThat(machine.applier.standing().onDisk())
                .contains(before.release().id());
    }

    @Test
    void theVerySameReleaseAsksNothing() throws IOException {
        assertThat(apply(withHealth("is-well"))).isEqualTo(new ApplyOutcome.Unchanged());
        asked.clear();
        assertThat(apply(withHealth("is-well"))).isEqualTo(new ApplyOutcome.Unchanged());
        assertThat(asked).isEmpty();
    }

    private static Wanted withHealth(String command) {
        Wanted wanted = new Wanted();
        wanted.unit("app").file("/etc/app.conf", "text").health(SOON, command);
        return wanted;
    }

    private ApplyOutcome apply(Wanted wanted) throws IOException {
        return machine.apply(orchestrator.sign(wanted.release()), wanted.blobs());
    }
}
