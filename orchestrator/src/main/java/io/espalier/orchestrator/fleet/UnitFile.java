package io.espalier.orchestrator.fleet;

import io.espalier.protocol.release.Account;
import io.espalier.protocol.release.HealthCheck;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What one {@code units/*.yaml} says.
 *
 * @param at of its {@code unit:} key
 */
record UnitFile(UnitSpec spec, Place at, List<Named> needs, List<Named> tiers, List<Named> tags, List<Named> hosts) {

    static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
    static final String NAME_FORM = "[a-z0-9_-], 1 to 64 characters";
    private static final Pattern ANY_WORD = Pattern.compile("\\S{1,64}");
    private static final Pattern PACKAGE = Pattern.compile("[a-z0-9][a-z0-9+.-]*[a-z0-9+](=[A-Za-z0-9.+:~-]+)?");
    private static final Pattern SYSCTL = Pattern.compile("[a-z0-9_-]+([./][A-Za-z0-9_:@-]+)+");
    private static final Pattern ACCOUNT = Pattern.compile("[a-z_][a-z0-9_-]{0,31}");
    private static final Pattern ABSOLUTE = Pattern.compile("/[^\\s:]*");

    /** Empty, with a problem, if it does not even tell its name. */
    static Optional<UnitFile> read(Yaml yaml, Problems problems) {
        Section anonymous = Section.of(yaml, Keys.UNIT, "", problems);
        Optional<Named> name = anonymous.named("unit", NAME, NAME_FORM);
        if (name.isEmpty()) {
            if (yaml instanceof Yaml.Entries && !anonymous.has("unit")) {
                anonymous.complain(anonymous.at(), "'unit' is missing", "start with 'unit: NAME'");
            }
            return Optional.empty();
        }
        var commands = new CommandLines(name.get().name() + ": ", problems);
        return Optional.of(new Reading(anonymous, name.get(), problems, commands).read());
    }

    /** The parts of one unit while it is read. */
    private record Reading(Section unit, Named name, Problems problems, CommandLines commands) {

        UnitFile read() {
            String about = name.name() + ": ";
            Optional<Section> on = unit.value("on").map(value -> Section.of(value, Keys.ON, about, problems));
            List<Named> tiers = selected(on, "tier");
            List<Named> tags = selected(on, "tag");
            List<Named> hosts = selected(on, "host");
            List<Named> needs = List.copyOf(unit.names("needs", NAME, "names of units"));
            var spec = new UnitSpec(
                    name.name(),
                    unit.at("unit").file(),
                    unit.at("unit").line(),
                    new Selector(names(tiers), names(tags), names(hosts)),
                    names(needs).stream().toList(),
                    Section.plain(unit.names("packages", PACKAGE, "names of packages")),
                    accounts(),
                    sysctl(),
                    files(),
                    commands.command(unit, "validate"),
                    commands.command(unit, "check"),
                    commands.command(unit, "reload"),
                    health(),
                    new DutyLines(unit, name.name() + ": ", problems, commands).read());
            return new UnitFile(spec, unit.at("unit"), needs, tiers, tags, hosts);
        }

        private static List<Named> selected(Optional<Section> on, String key) {
            return on.map(section -> {
                        if (section.has(key) && section.items(key).isEmpty()) {
                            section.complain(section.at(key), "'" + key + "' is empty: the unit would go nowhere");
                        }
                        return List.copyOf(section.names(key, ANY_WORD, "a name"));
                    })
                    .orElse(List.of());
        }

        private static Set<String> names(List<Named> names) {
            var plain = new LinkedHashSet<String>();
            names.forEach(named -> plain.add(named.name()));
            return plain;
        }

        private List<Account> accounts() {
            var accounts = new ArrayList<Account>();
            for (Yaml item : unit.list("users")) {
                if (item instanceof Yaml.Scalar scalar
                        && ACCOUNT.matcher(scalar.text()).matches()) {
                    accounts.add(new Account(scalar.text(), false, Optional.empty(), Optional.empty(), List.of()));
                    continue;
                }
                Section user = section(item, Keys.USER);
                Optional<String> account = user.text("name", ACCOUNT, ACCOUNT.pattern());
                if (item instanceof Yaml.Entries && !user.has("name")) {
                    user.complain(item.at(), "'name' is missing");
                }
                Optional<String> home = user.text("home", ABSOLUTE, "an absolute path");
                Optional<String> shell = user.text("shell", ABSOLUTE, "an absolute path");
                boolean system = user.flag("system").orElse(false);
                List<String> groups = Section.plain(user.names("groups", ACCOUNT, "names of groups"));
                account.ifPresent(text -> accounts.add(new Account(text, system, home, shell, groups)));
            }
            return accounts;
        }

        private SortedMap<String, String> sysctl() {
            var settings = new TreeMap<String, String>();
            for (Yaml.Entry setting : unit.map("sysctl")) {
                if (!SYSCTL.matcher(setting.key()).matches()) {
                    unit.complain(
                            setting.at(),
                            "'" + Scalars.shown(setting.key())
                                    + "' is no kernel setting (expected: such as vm.swappiness)");
                } else if (setting.value() instanceof Yaml.Scalar scalar
                        && !scalar.text().isBlank()
                        && scalar.text().chars().noneMatch(Character::isISOControl)) {
                    settings.put(setting.key(), scalar.text());
                } else {
                    unit.complain(setting.value().at(), "'" + setting.key() + "' must be one line of text or a number");
                }
            }
            return settings;
        }

        private List<FileSpec> files() {
            var files = new ArrayList<FileSpec>();
            for (Yaml item : unit.list("files")) {
                FileLine.read(item, name.name() + ": ", problems).ifPresent(files::add);
            }
            return files;
        }

        private List<HealthCheck> health() {
            var checks = new ArrayList<HealthCheck>();
            for (Yaml item : unit.list("health")) {
                Section check = section(item, Keys.HEALTH);
                commands.health(item, check, commands.within(check), "a health check")
                        .ifPresent(checks::add);
            }
            return checks;
        }

        private Section section(Yaml value, Keys keys) {
            return Section.of(value, keys, name.name() + ": ", problems);
        }
    }
}
