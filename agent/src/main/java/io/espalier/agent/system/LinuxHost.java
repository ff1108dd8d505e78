package io.espalier.agent.system;

import io.espalier.protocol.release.Account;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.HealthCheck;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The machine that the agent runs on. An agent whose files lie below another root than {@code /} does not own the
 * machine: it installs no packages and makes no accounts, and says so when it is asked to.
 */
public final class LinuxHost implements HostSystem {

    private static final Pattern SETTING = Pattern.compile("[A-Za-z0-9_-]+([./][A-Za-z0-9_*:@-]+)+");
    private static final Duration ACCOUNT_TIMEOUT = Duration.ofSeconds(30);

    private final Path root;
    private final ProcessRunner runner;
    private final Names names;
    private final Packages packages;
    private final Function<HealthCheck, Optional<String>> probe;

    /**
     * @param root under which the files of releases lie
     * @param probe asks a health check to its end
     */
    public LinuxHost(Path root, ProcessRunner runner, Names names, Function<HealthCheck, Optional<String>> probe) {
        this.root = root;
        this.runner = runner;
        this.names = names;
        this.packages = new Apt(runner);
        this.probe = probe;
    }

    private boolean ownsMachine() {
        return root.getNameCount() == 0;
    }

    @Override
    public List<String> missingPackages(List<String> wanted) throws HostException {
        return packages.missing(wanted);
    }

    @Override
    public void installPackages(List<String> wanted) throws HostException {
        if (!ownsMachine()) {
            throw new HostException(
                    "missing: " + String.join(" ", wanted) + "; an agent with --root installs nothing on its machine");
        }
        packages.install(wanted);
    }

    @Override
    public boolean lacksAccount(Account account) {
        return names.uid(account.name()).isEmpty()
                || account.groups().stream().anyMatch(group -> names.gid(group).isEmpty());
    }

    @Override
    public void makeAccount(Account account) throws HostException {
        if (!ownsMachine()) {
            throw new HostException(
                    "no user " + account.name() + "; an agent with --root makes no accounts on its machine");
        }
        for (String group : account.groups()) {
            if (!group.matches("[a-z_][a-z0-9_-]{0,31}")) {
                throw new HostException("group: " + group + " (expected: [a-z_][a-z0-9_-]{0,31})");
            }
            if (names.gid(group).isEmpty()) {
                runOrThrow(account.system() ? List.of("groupadd", "--system", group) : List.of("groupadd", group));
            }
        }
        if (names.uid(account.name()).isEmpty()) {
            runOrThrow(useradd(account));
        } else if (!account.groups().isEmpty()) {
            runOrThrow(List.of("usermod", "--append", "--groups", String.join(",", account.groups()), account.name()));
        }
    }

    private List<String> useradd(Account account) {
        var argv = new ArrayList<String>(List.of("useradd"));
        if (account.system()) {
            argv.add("--system");
        }
        argv.add(names.gid(account.name()).isPresent() ? "--no-user-group" : "--user-group");
        if (names.gid(account.name()).isPresent()) {
            argv.addAll(List.of("--gid", account.name()));
        }
        if (account.home().isPresent()) {
            argv.addAll(List.of("--home-dir", account.home().get(), "--create-home"));
        } else if (!account.system()) {
            argv.add("--create-home");
        }
        argv.addAll(List.of("--shell", account.shell().orElse("/usr/sbin/nologin")));
        if (!account.groups().isEmpty()) {
            argv.addAll(List.of("--groups", String.join(",", account.groups())));
        }
        argv.add(account.name());
        return argv;
    }

    private void runOrThrow(List<String> argv) throws HostException {
        CommandResult result = runner.run(argv, ACCOUNT_TIMEOUT);
        if (!result.isGood()) {
            throw new HostException(String.join(" ", argv) + ": " + result.summary());
        }
    }

    @Override
    public String setting(String name) throws HostException {
        try {
            return Files.readString(file(name), StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            throw new HostException(name + ": no such kernel setting", e);
        }
    }

    @Override
    public void changeSetting(String name, String value) throws HostException {
        try {
            Files.writeString(file(name), value + "\n", StandardCharsets.ISO_8859_1, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new HostException(name + " = " + value + ": the kernel does not take it", e);
        }
    }

    /** As sysctl(8) reads names: dots part the words, unless a slash comes first. */
    private Path file(String name) throws HostException {
        if (!SETTING.matcher(name).matches()) {
            throw new HostException("kernel setting: " + name + " (expected: such as net.ipv4.ip_forward)");
        }
        int dot = name.indexOf('.');
        int slash = name.indexOf('/');
        boolean dotted = slash < 0 || (dot >= 0 && dot < slash);
        String path = dotted ? name.replace('.', '\0').replace('/', '.').replace('\0', '/') : name;
        return root.resolve("proc/sys").resolve(path);
    }

    @Override
    public CommandResult run(Command command, Map<String, String> placeholders) {
        return runner.run(command, placeholders);
    }

    @Override
    public Optional<String> trouble(HealthCheck check) {
        return probe.apply(check);
    }
}
