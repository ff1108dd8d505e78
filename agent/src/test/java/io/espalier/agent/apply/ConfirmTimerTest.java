package io.espalier.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.agent.system.Uptime;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An unconfirmed release goes back after the time that was said, whatever becomes of the host's clock. */
class ConfirmTimerTest {

    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final Duration ALMOST = Duration.ofSeconds(25);
    private static final Duration REST = Duration.ofSeconds(5);

    private final MemoryFs disk = new MemoryFs();
    private final MutableClock clock = MutableClock.fixed();
    private final Orchestrator orchestrator = new Orchestrator();
    private final Wanted before = Wanted.files("/etc/motd", "before");
    private final Wanted after = Wanted.files("/etc/motd", "after");
    private Uptime uptime = new Uptime("boot-1", Duration.ofHours(3));
    private Machine machine;

    @BeforeEach
    void layOneThatWaits() throws IOException {
        disk.putFolder(Machine.STATE);
        start();
        machine.apply(orchestrator.sign(before.release()), before.blobs());
        assertThat(machine.apply(orchestrator.sign(after.release(), WITHIN), after.blobs()))
                .isInstanceOf(ApplyOutcome.Applied.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -48, 48, -400_000})
    void aClockThatJumpsIsOfNoMatterWhileTheAgentRuns(long hours) {
        clock.advance(Duration.ofHours(hours));
        machine.letPass(ALMOST);
        assertWaits();
        machine.letPass(WITHIN);
        assertWentBack();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -48, 48, -400_000})
    void aClockThatJumpsIsOfNoMatterWhenTheAgentIsStartedAgain(long hours) throws IOException {
        pass(ALMOST);
        clock.advance(Duration.ofHours(hours));
        start();
        assertWaits();
        machine.letPass(REST);
        assertWentBack();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -48, 48, -400_000})
    void whatIsUpWhenTheAgentIsStartedAgainGoesBackAtOnce(long hours) throws IOException {
        pass(WITHIN);
        clock.advance(Duration.ofHours(hours));
        start();
        assertWentBack();
    }

    @Test
    void afterARebootTheClockDecides() throws IOException {
        pass(ALMOST);
        uptime = new Uptime("boot-2", Duration.ZERO);
        start();
        assertWaits();
        machine.letPass(REST);
        assertWentBack();
    }

    @Test
    void afterARebootWithAClockSetBackTheWaitIsNoLongerThanItWasMeantToBe() throws IOException {
        uptime = new Uptime("boot-2", Duration.ZERO);
        clock.advance(Duration.ofDays(-20_000));
        start();
        assertWaits();
        machine.letPass(WITHIN);
        assertWentBack();
    }

    @Test
    void afterARebootWithAClockSetForwardItGoesBackAtOnce() throws IOException {
        uptime = new Uptime("boot-2", Duration.ZERO);
        clock.advance(Duration.ofDays(20_000));
        start();
        assertWentBack();
    }

    @Test
    void aConfirmationIsTakenWhateverTheClockSays() throws Exception {
        pass(ALMOST);
        clock.advance(Duration.ofDays(-20_000));
        start();
        assertThat(machine.applier.confirm(2, System.nanoTime())).isInstanceOf(ApplyOutcome.Applied.class);
        machine.letPass(WITHIN);
        assertThat(machine.applier.standing().onDisk()).contains(after.release().id());
    }

    @Test
    void whileItGoesBackNobodyIsToldThatItWasApplied() {
        var told = new ArrayList<Optional<LastApply>>();
        disk.hook(change -> {
            if (change.endsWith(" to /etc/motd")) {
                told.add(machine.applier.standing().last());
            }
            return true;
        });
        machine.letPass(WITHIN);
        assertThat(told).containsExactly(Optional.empty());
        assertWentBack();
    }

    @Test
    void theKernelTellsTheUptimeOfThisBoot() {
        Uptime now = Uptime.read(Path.of("/proc")).orElseThrow();
        assertThat(now.up()).isPositive();
        assertThat(Uptime.read(Path.of("/proc")).orElseThrow().until(now).orElseThrow())
                .isLessThanOrEqualTo(Duration.ZERO);
        assertThat(Uptime.read(Path.of("/nowhere"))).isEmpty();
    }

    private void pass(Duration time) {
        uptime = uptime.plus(time);
        clock.advance(time);
    }

    private void start() throws IOException {
        var host = new ScriptedHost();
        host.uptime = () -> Optional.of(uptime);
        machine = Machine.boot(disk, host, clock, orchestrator);
    }

    private void assertWaits() {
        assertThat(machine.applier.standing().awaitingConfirm()).isTrue();
        assertThat(machine.applier.standing().onDisk()).contains(after.release().id());
    }

    private void assertWentBack() {
        assertThat(machine.applier.standing().onDisk())
                .contains(before.release().id());
        assertThat(machine.applier.standing().last().orElseThrow().outcome())
                .isInstanceOfSatisfying(
                        ApplyOutcome.RolledBack.class,
                        back -> assertThat(back.reason()).isEqualTo(Reason.NOT_CONFIRMED));
    }
}
