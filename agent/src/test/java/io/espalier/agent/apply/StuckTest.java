package io.espalier.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.agent.fs.FsException;
import io.espalier.agent.testing.Machine;
import io.espalier.agent.testing.MemoryFs;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.agent.testing.ScriptedHost;
import io.espalier.agent.testing.Wanted;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.LastApply;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A disk that becomes read-only between two renames: the host is a mix for as long as that lasts, and says so. */
class StuckTest {

    private static final Duration LATER = Duration.ofSeconds(15);

    private final MemoryFs disk = new MemoryFs();
    private final Orchestrator orchestrator = new Orchestrator();
    private final Wanted before = Wanted.files("/etc/a", "old a", "/etc/b", "old b");
    private final Wanted after = Wanted.files("/etc/a", "new a", "/etc/b", "new b");
    private Machine machine;

    @BeforeEach
    void stopInTheMiddle() throws IOException {
        disk.putFolder(Machine.STATE);
        start();
        machine.apply(orchestrator.sign(before.release()), before.blobs());
        boolean[] isReadOnly = {false};
        disk.hook(change -> {
            isReadOnly[0] |= change.endsWith(" to /etc/b");
            if (isReadOnly[0]) {
                throw new FsException(FsException.Kind.READ_ONLY, change + ": the file system is read-only");
            }
            return true;
        });
        assertTold(machine.apply(orchestrator.sign(after.release()), after.blobs()));
    }

    @Test
    void itIsToldToWhoeverAsksLater() {
        LastApply last = machine.applier.standing().last().orElseThrow();
        assertThat(last.number()).isEqualTo(2);
        assertThat(last.release()).isEqualTo(after.release().id());
        assertTold(last.outcome());
    }

    @Test
    void itIsToldAlsoAfterARestartOfTheAgent() throws IOException {
        start();
        assertThatThrownBy(() -> machine.applier.recover()).hasMessageContaining("read-only");
        assertTold(machine.applier.standing().last().orElseThrow().outcome());
    }

    @Test
    void theOldFilesAreBackAsSoonAsTheDiskTakesThem() throws IOException {
        disk.hook(_ -> true);
        machine.letPass(LATER);
        assertThat(disk.tree(Machine.STATE).get("/etc/a")).endsWith(" old a");
        assertThat(disk.tree(Machine.STATE).get("/etc/b")).endsWith(" old b");
        assertThat(machine.applier.standing().last().orElseThrow().outcome())
                .isInstanceOfSatisfying(
                        ApplyOutcome.RolledBack.class, back -> assertThat(back.clean()).isTrue());
        assertThat(machine.apply(orchestrator.sign(after.release()), after.blobs()))
                .isInstanceOf(ApplyOutcome.Applied.class);
    }

    private static void assertTold(ApplyOutcome outcome) {
        assertThat(outcome).isInstanceOfSatisfying(ApplyOutcome.RolledBack.class, back -> {
            assertThat(back.reason()).isEqualTo(Reason.READ_ONLY);
            assertThat(back.detail()).contains("could not be put back yet");
            assertThat(back.clean()).isFalse();
        });
    }

    private void start() throws IOException {
        machine = Machine.start(disk, new ScriptedHost(), MutableClock.fixed(), orchestrator);
    }
}
