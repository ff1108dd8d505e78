package io.espalier.agent.apply;

import io.espalier.agent.fs.Fs;
import io.espalier.agent.observe.Observation;
import io.espalier.agent.observe.Observer;
import io.espalier.agent.system.HostException;
import io.espalier.agent.system.HostSystem;
import io.espalier.agent.system.Names;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Account;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import io.espalier.protocol.wire.ApplyStep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Everything before the first file changes: packages, accounts, the transition, its validation, both ways' bytes. */
final class Preparation {

    private final HostSystem host;
    private final Names names;
    private final Observer observer;
    private final Folders folders;
    private final Supplies supplies;
    private final Validation validation;

    Preparation(Fs fs, HostSystem host, Names names, Observer observer, Supplies supplies, Validation validation) {
        this.host = host;
        this.names = names;
        this.observer = observer;
        this.folders = new Folders(fs);
        this.supplies = supplies;
        this.validation = validation;
    }

    /** The way from what is on disk to the release; empty if the host holds all of it. */
    Transition prepare(Ticket ticket, Optional<Release> onDisk, Follower follower) throws IOException, Failure {
        Release release = ticket.manifest().release();
        Set<String> touched = bringUp(release);
        Observation seen = touched.isEmpty()
                ? ticket.seen()
                : observer.observe(Supplies.paths(release, onDisk), Supplies.purged(release));
        follower.step(ApplyStep.PREPARED, String.join(", ", touched));
        SortedMap<String, Planner.Wanted> wanted = wanted(release);
        var planner = new Planner(release, wanted, heldBy(onDisk), seen);
        Transition steps = planner.plan(differingSettings(release), touched);
        long number = ticket.manifest().number();
        if (steps.isEmpty()) {
            validation.validate(number, Services.withOther(Unit::validate, release, onDisk), wanted);
            follower.step(ApplyStep.VALIDATED, "");
            return steps;
        }
        List<String> targets = steps.steps().stream()
                .filter(step -> !(step.after() instanceof Image.Absent))
                .map(step -> Fs.folderOf(step.path()))
                .distinct()
                .toList();
        var transition =
                new Transition(steps.steps(), folders.missing(targets), steps.settings(), steps.changedUnits());
        validation.validate(number, Services.named(release, transition.changedUnits()), wanted);
        follower.step(ApplyStep.VALIDATED, "");
        supplies.secure(transition, seen);
        return transition;
    }

    /**
     * Installs packages and makes accounts that are missing.
     *
     * @return the units that something was done for
     */
    private Set<String> bringUp(Release release) throws Failure {
        var touched = new HashSet<String>();
        var packages = new ArrayList<String>();
        for (Unit unit : release.units()) {
            packages.addAll(unit.packages());
        }
        try {
            List<String> missing = packages.isEmpty() ? List.of() : host.missingPackages(packages);
            if (!missing.isEmpty()) {
                host.installPackages(missing);
                release.units().stream()
                        .filter(unit -> unit.packages().stream().anyMatch(missing::contains))
                        .forEach(unit -> touched.add(unit.name()));
            }
        } catch (HostException e) {
            throw new Failure(Reason.PACKAGES_FAILED, String.valueOf(e.getMessage()));
        }
        try {
            for (Unit unit : release.units()) {
                for (Account account : unit.accounts()) {
                    if (host.lacksAccount(account)) {
                        host.makeAccount(account);
                        touched.add(unit.name());
                    }
                }
            }
        } catch (HostException e) {
            throw new Failure(Reason.ACCOUNTS_FAILED, String.valueOf(e.getMessage()));
        }
        return touched;
    }

    private SortedMap<String, Planner.Wanted> wanted(Release release) throws Failure {
        var wanted = new TreeMap<String, Planner.Wanted>();
        var ids = new Ids();
        for (Unit unit : release.units()) {
            for (FileEntry file : unit.files()) {
                wanted.put(
                        file.path(),
                        new Planner.Wanted(
                                unit.name(),
                                new Image.File(
                                        file.content(), file.size(), file.mode(), ids.user(file), ids.group(file))));
            }
        }
        return wanted;
    }

    private List<Setting> differingSettings(Release release) throws Failure {
        var settings = new ArrayList<Setting>();
        for (Unit unit : release.units()) {
            for (Map.Entry<String, String> wanted : unit.sysctl().entrySet()) {
                try {
                    String now = host.setting(wanted.getKey());
                    if (!isSame(now, wanted.getValue())) {
                        settings.add(new Setting(unit.name(), wanted.getKey(), now, wanted.getValue()));
                    }
                } catch (HostException e) {
                    throw new Failure(Reason.SYSCTL_FAILED, String.valueOf(e.getMessage()));
                }
            }
        }
        return settings;
    }

    /** The kernel prints several values with tabs between them. */
    static boolean isSame(String now, String wanted) {
        return now.strip().replaceAll("\\s+", " ").equals(wanted.strip().replaceAll("\\s+", " "));
    }

    static Map<String, String> heldBy(Optional<Release> held) {
        var holders = new HashMap<String, String>();
        held.ifPresent(release ->
                release.units().forEach(unit -> unit.files().forEach(file -> holders.put(file.path(), unit.name()))));
        return holders;
    }

    /** Numbers of owners, each looked up once. */
    private final class Ids {

        private final Map<String, Integer> users = new HashMap<>();
        private final Map<String, Integer> groups = new HashMap<>();

        int user(FileEntry file) throws Failure {
            return number(file.owner(), users, names.ownUser(), names::uid, "user", file);
        }

        int group(FileEntry file) throws Failure {
            return number(file.group(), groups, names.ownGroup(), names::gid, "group", file);
        }

        private int number(
                String name,
                Map<String, Integer> known,
                int own,
                Function<String, Optional<Integer>> find,
                String what,
                FileEntry file)
                throws Failure {
            if (name.isEmpty()) {
                return own;
            }
            Integer number = known.get(name);
            if (number == null) {
                number = find.apply(name)
                        .orElseThrow(() -> new Failure(
                                Reason.ACCOUNTS_FAILED, file.path() + ": no " + what + " " + name + " on this host"));
                known.put(name, number);
            }
            if (number != own && names.ownUser() != 0) {
                throw new Failure(
                        Reason.ACCOUNTS_FAILED,
                        file.path() + ": " + what + " " + name + ", but this agent does not run as root");
            }
            return number;
        }
    }
}
