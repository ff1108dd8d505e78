package io.espalier.agent.apply;

import io.espalier.agent.system.HostException;
import io.espalier.agent.system.HostSystem;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.LastApply;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes an open apply back, whether it failed, was not confirmed or was cut off by a crash: the files, settings and
 * services of the release before. May be cut off itself at any moment and started again.
 */
final class WayBack {

    private final Journal journal;
    private final Switch files;
    private final Services services;
    private final HostSystem host;
    private final Releases releases;
    private final InstantSource clock;

    WayBack(Journal journal, Switch files, Services services, HostSystem host, Releases releases, InstantSource clock) {
        this.journal = journal;
        this.files = files;
        this.services = services;
        this.host = host;
        this.releases = releases;
        this.clock = clock;
    }

    /**
     * @param reloaded the units whose reload may have run with the new files
     * @return how the apply ended, as written to the journal
     * @throws IOException if the host could not be put back; the apply stays open
     */
    ApplyOutcome take(State.Open open, Reason reason, String detail, List<String> reloaded)
            throws IOException, Failure {
        if (!(open.phase() instanceof State.Phase.Undoing)) {
            journal.append(new JournalRecord.Undoing(reason, detail));
        }
        files.back(open.target().number(), open.transition());
        var troubles = new ArrayList<String>();
        restoreSettings(open.transition().settings(), troubles);
        Optional<Release> before = releases.current();
        try {
            services.reload(unitsToReload(open, before, reloaded), _ -> {});
            if (before.isPresent()) {
                services.askHealth(before.get());
            }
        } catch (Failure e) {
            troubles.add(e.detail());
        }
        String told = troubles.isEmpty() ? detail : detail + "; after going back: " + String.join("; ", troubles);
        var outcome = new ApplyOutcome.RolledBack(reason, told, troubles.isEmpty());
        journal.append(new JournalRecord.RolledBack(
                new LastApply(open.target().number(), open.target().id(), outcome, clock.instant())));
        return outcome;
    }

    private void restoreSettings(List<Setting> settings, List<String> troubles) {
        for (Setting setting : settings) {
            try {
                host.changeSetting(setting.name(), setting.before());
            } catch (HostException e) {
                troubles.add(setting.name() + ": " + e.getMessage());
            }
        }
    }

    /** As the release before declares them; those for which it declares no reload, as the new one does. */
    private List<Unit> unitsToReload(State.Open open, Optional<Release> before, List<String> reloaded)
            throws IOException {
        var units = new ArrayList<Unit>();
        before.ifPresent(release -> Services.named(release, reloaded).stream()
                .filter(unit -> unit.reload().isPresent())
                .forEach(units::add));
        List<String> known = units.stream().map(Unit::name).toList();
        List<String> added =
                reloaded.stream().filter(name -> !known.contains(name)).toList();
        if (!added.isEmpty()) {
            units.addAll(Services.named(releases.read(open.target()), added));
        }
        return units;
    }
}
