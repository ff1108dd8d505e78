package io.espalier.agent.testing;

import io.espalier.agent.system.CommandResult;
import io.espalier.agent.system.HostException;
import io.espalier.agent.system.HostSystem;
import io.espalier.agent.system.Uptime;
import io.espalier.protocol.release.Account;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.HealthCheck;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** A machine of which a test decides what its programs do. */
public final class ScriptedHost implements HostSystem {

    public final List<String> ran = new ArrayList<>();
    public final Set<String> installed = new HashSet<>();
    public final Map<String, String> settings = new HashMap<>();
    /** What a program does, by its arguments joined with blanks. */
    public Function<String, CommandResult> program = _ -> good();

    public Function<HealthCheck, Optional<String>> health = _ -> Optional.empty();
    public boolean mirrorIsDown;
    public Supplier<Optional<Uptime>> uptime = Optional::empty;

    public static CommandResult good() {
        return CommandResult.exited(0, "");
    }

    public static CommandResult bad(String output) {
        return CommandResult.exited(1, output);
    }

    @Override
    public List<String> missingPackages(List<String> packages) {
        return packages.stream().filter(name -> !installed.contains(name)).toList();
    }

    @Override
    public void installPackages(List<String> packages) throws HostException {
        if (mirrorIsDown) {
            throw new HostException("the mirror is down");
        }
        ran.add("install " + String.join(" ", packages));
        installed.addAll(packages);
    }

    @Override
    public boolean lacksAccount(Account account) {
        return !installed.contains("account " + account.name());
    }

    @Override
    public void makeAccount(Account account) {
        installed.add("account " + account.name());
    }

    @Override
    public String setting(String name) throws HostException {
        String value = settings.get(name);
        if (value == null) {
            throw new HostException(name + ": no such kernel setting");
        }
        return value;
    }

    @Override
    public void changeSetting(String name, String value) {
        settings.put(name, value);
    }

    @Override
    public CommandResult run(Command command, Map<String, String> placeholders) {
        String line = command.toString();
        for (Map.Entry<String, String> placeholder : placeholders.entrySet()) {
            line = line.replace(placeholder.getKey(), placeholder.getValue());
        }
        ran.add(line);
        return program.apply(line);
    }

    @Override
    public Optional<String> trouble(HealthCheck check) {
        return health.apply(check);
    }
}
