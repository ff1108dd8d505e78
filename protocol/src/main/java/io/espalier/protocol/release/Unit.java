package io.espalier.protocol.release;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What belongs together on a host, as the agent needs to know it.
 *
 * @param name unique on its host
 * @param packages installed before files are laid
 * @param accounts made before files are laid
 * @param sysctl kernel settings by name, applied at the switch
 * @param files sorted by path
 * @param purged folders, each ending in a slash, in which files that no unit of the release holds are removed
 * @param validate run against the staged files, before anything changes
 * @param check run after the switch, before the reload
 * @param reload run once, only if something of this unit changed
 * @param health asked after all reloads
 * @param duties what the host does and tells by itself
 */
public record Unit(
        String name,
        List<String> packages,
        List<Account> accounts,
        SortedMap<String, String> sysctl,
        List<FileEntry> files,
        List<String> purged,
        Optional<Command> validate,
        Optional<Command> check,
        Optional<Command> reload,
        List<HealthCheck> health,
        Duties duties) {

    /** A unit without duties. */
    public Unit(
            String name,
            List<String> packages,
            List<Account> accounts,
            SortedMap<String, String> sysctl,
            List<FileEntry> files,
            List<String> purged,
            Optional<Command> validate,
            Optional<Command> check,
            Optional<Command> reload,
            List<HealthCheck> health) {
        this(name, packages, accounts, sysctl, files, purged, validate, check, reload, health, Duties.NONE);
    }

    public Unit {
        packages = List.copyOf(packages);
        accounts = List.copyOf(accounts);
        sysctl = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(sysctl));
        files = List.copyOf(files);
        purged = List.copyOf(purged);
        health = List.copyOf(health);
        purged.forEach(Paths::checkFolder);
    }
}
