package io.espalier.agent.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Debian's packages, by dpkg-query and apt-get; never asks questions, keeps configuration files that were changed. */
final class Apt implements Packages {

    /** Debian Policy 5.6.1, with an optional architecture. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9+.-]+(:[a-z0-9-]+)?");

    private static final Duration QUERY = Duration.ofSeconds(30);
    private static final Duration INSTALL = Duration.ofMinutes(15);

    /** So that all of the answer is kept. */
    private static final int AT_ONCE = 16;

    private final ProcessRunner runner;

    Apt(ProcessRunner runner) {
        this.runner = runner;
    }

    @Override
    public List<String> missing(List<String> packages) throws HostException {
        for (String name : packages) {
            if (!NAME.matcher(name).matches()) {
                throw new HostException("package: " + name + " (expected: a Debian package name)");
            }
        }
        Set<String> installed = new HashSet<>();
        for (int from = 0; from < packages.size(); from += AT_ONCE) {
            query(packages.subList(from, Math.min(packages.size(), from + AT_ONCE)), installed);
        }
        return packages.stream()
                .filter(name -> !installed.contains(name))
                .distinct()
                .toList();
    }

    private void query(List<String> packages, Set<String> installed) throws HostException {
        var argv = new ArrayList<String>(
                List.of("dpkg-query", "-W", "-f", "${Package} ${Package}:${Architecture} ${db:Status-Status}\n", "--"));
        argv.addAll(packages);
        // Ends with 1 if it knows one of them not at all, and tells of the others.
        CommandResult result = runner.run(argv, QUERY);
        if (!(result.ending() instanceof CommandResult.Ending.Exited)) {
            throw new HostException(result.summary());
        }
        result.output().lines().map(line -> line.split(" ", -1)).forEach(words -> {
            if (words.length == 3 && words[2].equals("installed")) {
                installed.add(words[0]);
                installed.add(words[1]);
            }
        });
    }

    @Override
    public void install(List<String> packages) throws HostException {
        var argv = new ArrayList<String>(List.of(
                "apt-get",
                "install",
                "--yes",
                "--no-install-recommends",
                "-o",
                "Dpkg::Options::=--force-confdef",
                "-o",
                "Dpkg::Options::=--force-confold",
                "-o",
                "DPkg::Lock::Timeout=120",
                "--"));
        argv.addAll(packages);
        CommandResult first = runner.run(argv, INSTALL);
        if (first.isGood()) {
            return;
        }
        // The lists may be older than the mirror, or were never fetched.
        CommandResult update = runner.run(List.of("apt-get", "update", "--quiet"), INSTALL);
        CommandResult second = update.isGood() ? runner.run(argv, INSTALL) : first;
        if (!second.isGood()) {
            throw new HostException("apt-get install " + String.join(" ", packages) + ": " + second.summary());
        }
    }
}
