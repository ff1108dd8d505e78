package io.espalier.agent.apply;

import io.espalier.agent.system.CommandResult;
import io.espalier.agent.system.HostSystem;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.HealthCheck;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What units declare about the programs behind their files: check, reload, health. */
final class Services {

    private final HostSystem host;
    private final Map<String, String> placeholders;

    /** @param placeholders for arguments of every command */
    Services(HostSystem host, Map<String, String> placeholders) {
        this.host = host;
        this.placeholders = Map.copyOf(placeholders);
    }

    /** The units of a release with these names, in the release's order. */
    static List<Unit> named(Release release, List<String> names) {
        return release.units().stream()
                .filter(unit -> names.contains(unit.name()))
                .toList();
    }

    /** The units of a release whose {@code rule} is none of, or another than, that of the same unit in {@code held}. */
    static List<Unit> withOther(Function<Unit, Optional<Command>> rule, Release release, Optional<Release> held) {
        Map<String, Optional<Command>> before =
                held.stream().flatMap(other -> other.units().stream()).collect(Collectors.toMap(Unit::name, rule));
        return release.units().stream()
                .filter(unit -> !rule.apply(unit).equals(before.getOrDefault(unit.name(), Optional.empty())))
                .toList();
    }

    void check(List<Unit> units) throws Failure {
        for (Unit unit : units) {
            if (unit.check().isPresent()) {
                run(unit, "check", unit.check().get(), Reason.CHECK_FAILED);
            }
        }
    }

    /**
     * Runs each reload once.
     *
     * @param attempted is told the unit's name before its reload runs
     */
    void reload(List<Unit> units, Consumer<String> attempted) throws Failure {
        for (Unit unit : units) {
            if (unit.reload().isPresent()) {
                attempted.accept(unit.name());
                run(unit, "reload", unit.reload().get(), Reason.RELOAD_FAILED);
            }
        }
    }

    void askHealth(Release release) throws Failure {
        for (Unit unit : release.units()) {
            for (HealthCheck check : unit.health()) {
                Optional<String> trouble = host.trouble(check);
                if (trouble.isPresent()) {
                    throw new Failure(Reason.UNHEALTHY, "unit " + unit.name() + ": " + check + ": " + trouble.get());
                }
            }
        }
    }

    private void run(Unit unit, String what, Command command, Reason reason) throws Failure {
        CommandResult result = host.run(command, placeholders);
        if (!result.isGood()) {
            throw new Failure(reason, "unit " + unit.name() + ": " + what + " " + command + ": " + result.summary());
        }
    }
}
