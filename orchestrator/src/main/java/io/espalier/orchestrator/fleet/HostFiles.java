package io.espalier.orchestrator.fleet;

import io.espalier.protocol.HostName;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What {@code hosts.yaml} and {@code hosts/*.yaml} say, before tiers and variables are put to it. */
final class HostFiles {

    /** Of one fleet. */
    static final int MAX_HOSTS = 50_000;

    private static final Pattern ADDRESS =
            Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|(?=.*:.*:)[0-9A-Fa-f:.]{2,45}");
    private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");
    private static final Pattern HOST_KEY = Pattern.compile(
            "(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{16,2000}={0,2}( [^\\n]*)?");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

    /**
     * A host as written.
     *
     * @param tags in the order in which they were written
     * @param own the variables of its entry
     */
    record Entry(
            HostName name,
            Place at,
            Host.SshAddress ssh,
            Optional<Named> jump,
            Optional<Named> tier,
            List<Named> tags,
            Vars own) {

        Host with(Vars vars) {
            var names = new TreeSet<>(tags.stream().map(Named::name).toList());
            return new Host(name, ssh, tier.map(Named::name).orElse(""), names, vars);
        }
    }

    private final SortedMap<HostName, Entry> entries = new TreeMap<>();
    private final Problems problems;

    HostFiles(Problems problems) {
        this.problems = problems;
    }

    SortedMap<HostName, Entry> entries() {
        return entries;
    }

    void add(Yaml file) {
        if (!(file instanceof Yaml.Entries hosts)) {
            problems.add(file.at().error("expected hosts (name: { address, tier, ... }), not " + file.described()));
            return;
        }
        for (Yaml.Entry host : hosts.entries()) {
            List<HostRange.Member> members;
            try {
                members = HostRange.expand(host.key());
            } catch (IllegalArgumentException e) {
                problems.add(host.at().error(String.valueOf(e.getMessage())));
                continue;
            }
            read(host, members);
        }
    }

    private void read(Yaml.Entry host, List<HostRange.Member> members) {
        String name = Scalars.shown(host.key());
        Section section = Section.of(host.value(), Keys.HOST, name + ": ", problems);
        Optional<Named> address = section.named("address", Pattern.compile(".*", Pattern.DOTALL), "text");
        Optional<Named> jump = section.named("jump", FleetFile.NAME, "the name of a host");
        Optional<Named> tier = section.named("tier", FleetFile.NAME, FleetFile.NAME_FORM);
        if (host.value() instanceof Yaml.Entries && !section.has("tier")) {
            section.complain(host.at(), "'tier' is missing");
        }
        List<Named> tags = List.copyOf(section.names("tags", TAG, "letters, digits, '_', '.' and '-', at most 64"));
        int port = section.number("port", 1, 65_535).orElse(Host.SshAddress.DEFAULT_PORT);
        String user = section.text("user", USER, "the name of a user").orElse(Host.SshAddress.DEFAULT_USER);
        Optional<String> key = section.text("host-key", HOST_KEY, "such as 'ssh-ed25519 AAAA...'");
        Vars own = section.value("vars")
                .map(vars -> VarsFiles.read(vars, name + ": ", problems))
                .orElse(Vars.NONE);
        boolean addressTold = false;
        for (HostRange.Member member : members) {
            if (!HostName.isValid(member.name())) {
                problems.add(host.at()
                        .error("host name '" + Scalars.shown(member.name()) + "' (expected: " + FleetFile.NAME_FORM
                                + ")"));
                return;
            }
            String filled = address.map(text -> member.fill(text.name())).orElse("");
            if (address.isPresent() && !ADDRESS.matcher(filled).matches() && !addressTold) {
                section.complain(
                        address.get().at(), "'address' cannot be '" + Scalars.shown(filled) + "'", addressHint(filled));
                addressTold = true;
            }
            Optional<HostName> jumpName = jump.map(via -> new HostName(via.name()));
            put(new Entry(
                    new HostName(member.name()),
                    host.at(),
                    new Host.SshAddress(filled, port, user, key, jumpName),
                    jump,
                    tier,
                    tags,
                    own));
        }
    }

    private static String addressHint(String address) {
        if (address.contains("{n}")) {
            return "{n} stands for the number of a range such as web[02-40]";
        }
        return address.matches("[^:]+:\\d+") ? "write the port as 'port:'" : "";
    }

    private void put(Entry entry) {
        Entry other = entries.putIfAbsent(entry.name(), entry);
        if (other != null) {
            problems.add(entry.at()
                    .error(
                            entry.name() + ": is there twice",
                            "the other is " + other.at().toString()));
        } else if (entries.size() == MAX_HOSTS + 1) {
            problems.add(entry.at().error("more than " + MAX_HOSTS + " hosts"));
        }
    }
}
