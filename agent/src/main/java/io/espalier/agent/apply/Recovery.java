package io.espalier.agent.apply;

import io.espalier.agent.system.HostException;
import io.espalier.agent.system.HostSystem;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Brings what a crash or a failing disk cut off to its end, by what the journal says of it:
 *
 * <pre>
 * Begun      some files may be new, no program was told: back to the old files; programs are told if any was new
 * Switched   all files are new, programs may run with them: back, and all programs of changed units are told
 * Undoing    the same, for the reason that was written down
 * Awaiting   the new release is in use: wait for the rest of the time, or back if it is up
 * </pre>
 *
 * Each may be cut off again and started again from its beginning.
 */
final class Recovery {

    private final Parts parts;
    private final BiConsumer<Long, Duration> armRevert;

    /** @param armRevert is told a manifest's number and how long its confirmation is still waited for */
    Recovery(Parts parts, BiConsumer<Long, Duration> armRevert) {
        this.parts = parts;
        this.armRevert = armRevert;
    }

    void run() throws IOException, Failure {
        parts.validation().clear();
        Optional<State.Open> open = parts.journal().state().open();
        if (open.isPresent()) {
            settle(open.get());
        }
        keepSettings();
    }

    private void settle(State.Open open) throws IOException, Failure {
        if (!(open.phase() instanceof State.Phase.Awaiting awaiting)) {
            takeBack(open);
            return;
        }
        Duration left = left(awaiting);
        if (left.isPositive()) {
            // A clock that was set back must not make the wait longer than it was meant to be.
            Duration longest = Duration.between(awaiting.soFar().at(), awaiting.deadline());
            armRevert.accept(open.target().number(), left.compareTo(longest) < 0 ? left : longest);
        } else {
            parts.wayBack()
                    .take(
                            open,
                            Reason.NOT_CONFIRMED,
                            "not confirmed in time; the agent was not running when it was up",
                            open.transition().changedUnits());
        }
    }

    /** By the time that the machine has been up, since its clock may be set; after a reboot there is only the clock. */
    private Duration left(State.Phase.Awaiting awaiting) {
        return parts.around()
                .uptime()
                .get()
                .flatMap(now -> awaiting.uptime().flatMap(now::until))
                .orElseGet(() -> Duration.between(parts.around().clock().instant(), awaiting.deadline()));
    }

    /** Takes back what is open and does not wait for a confirmation. */
    void takeBack(State.Open open) throws IOException, Failure {
        List<String> all = open.transition().changedUnits();
        WayBack wayBack = parts.wayBack();
        switch (open.phase()) {
            case State.Phase.Begun() ->
                wayBack.take(
                        open,
                        Reason.INTERRUPTED,
                        "the agent was stopped while it laid files",
                        parts.files().isDisplaced(open.transition()) ? all : List.of());
            case State.Phase.Switched(), State.Phase.Awaiting _ ->
                wayBack.take(open, Reason.INTERRUPTED, "the agent was stopped before the new release was in use", all);
            case State.Phase.Undoing(var reason, var detail) -> wayBack.take(open, reason, detail, all);
        }
    }

    /** Kernel settings do not outlive a reboot; those of the release on disk are set again. */
    private void keepSettings() throws IOException {
        Optional<Release> release = parts.releases().onDisk();
        if (release.isEmpty()) {
            return;
        }
        HostSystem host = parts.around().host();
        for (Unit unit : release.get().units()) {
            for (Map.Entry<String, String> wanted : unit.sysctl().entrySet()) {
                try {
                    if (!Preparation.isSame(host.setting(wanted.getKey()), wanted.getValue())) {
                        host.changeSetting(wanted.getKey(), wanted.getValue());
                    }
                } catch (HostException e) { // a module that is not loaded yet, for one; the next apply says why
                    System.err.println("kernel setting: " + e.getMessage());
                }
            }
        }
    }
}
