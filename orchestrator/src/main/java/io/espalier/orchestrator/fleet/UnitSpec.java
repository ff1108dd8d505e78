package io.espalier.orchestrator.fleet;

import io.espalier.protocol.release.Account;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.Duties;
import io.espalier.protocol.release.HealthCheck;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * A unit as {@code units/NAME.yaml} declares it, before it is rendered for a host.
 *
 * @param declaredIn the file, for problems found later
 * @param line of its {@code unit:} key
 * @param needs names of units that come before it on a host
 * @param duties what its hosts do and tell by themselves
 */
public record UnitSpec(
        String name,
        String declaredIn,
        int line,
        Selector on,
        List<String> needs,
        List<String> packages,
        List<Account> accounts,
        SortedMap<String, String> sysctl,
        List<FileSpec> files,
        Optional<Command> validate,
        Optional<Command> check,
        Optional<Command> reload,
        List<HealthCheck> health,
        Duties duties) {

    public UnitSpec {
        needs = List.copyOf(needs);
        packages = List.copyOf(packages);
        accounts = List.copyOf(accounts);
        files = List.copyOf(files);
        health = List.copyOf(health);
    }
}
