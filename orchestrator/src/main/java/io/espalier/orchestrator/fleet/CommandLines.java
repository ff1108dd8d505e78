package io.espalier.orchestrator.fleet;

import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.HealthCheck;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads programs and the questions that are asked of services, wherever they stand in a unit.
 *
 * @param about names the unit in front of messages
 */
record CommandLines(String about, Problems problems) {

    private static final Pattern HTTP = Pattern.compile("https?://[^\\s]+");
    private static final Pattern TCP = Pattern.compile("(\\[[0-9a-fA-F:]+]|[^\\s:\\[\\]]+):(\\d{1,5})");

    Duration within(Section check) {
        return check.duration("within").filter(positive(check, "within")).orElse(HealthCheck.DEFAULT_WITHIN);
    }

    /** @param what names it in the message that tells what it needs */
    Optional<HealthCheck> health(Yaml item, Section check, Duration within, String what) {
        List<String> kinds =
                List.of("http", "tcp", "exec").stream().filter(check::has).toList();
        if (item instanceof Yaml.Entries && kinds.size() != 1) {
            check.complain(item.at(), what + " needs one of http, tcp and exec");
        } else if (item instanceof Yaml.Entries) {
            return healthOf(kinds.getFirst(), check, within);
        }
        return Optional.empty();
    }

    Optional<Command> command(Section section, String key) {
        return section.value(key).flatMap(value -> {
            if (!(value instanceof Yaml.Entries)) {
                return argv(section, key, value).map(argv -> new Command(argv, Command.DEFAULT_TIMEOUT));
            }
            Section given = section(value, Keys.COMMAND);
            if (!given.has("run")) {
                given.complain(value.at(), "'run' is missing in '" + key + "'");
            }
            Duration timeout =
                    given.duration("timeout").filter(positive(given, "timeout")).orElse(Command.DEFAULT_TIMEOUT);
            return given.value("run").flatMap(run -> argv(given, "run", run)).map(argv -> new Command(argv, timeout));
        });
    }

    Optional<List<String>> argv(Section section, String key, Yaml value) {
        if (value instanceof Yaml.Items) {
            List<String> argv = new ArrayList<>();
            for (Yaml item : section.items(key)) {
                if (item instanceof Yaml.Scalar scalar && scalar.kind() != Yaml.Scalar.Kind.NOTHING) {
                    argv.add(scalar.text());
                } else {
                    section.complain(item.at(), "'" + key + "' must be a list of texts, not of " + item.described());
                    return Optional.empty();
                }
            }
            if (argv.isEmpty() || argv.getFirst().isBlank()) {
                section.complain(value.at(), "'" + key + "': there is no program to run");
                return Optional.empty();
            }
            return Optional.of(argv);
        }
        return section.text(key).flatMap(text -> {
            try {
                return Optional.of(CommandLine.split(text));
            } catch (IllegalArgumentException e) {
                section.complain(value.at(), "'" + key + "': " + e.getMessage(), "quote it, or write sh -c '...'");
                return Optional.empty();
            }
        });
    }

    Optional<HealthCheck> healthOf(String kind, Section check, Duration within) {
        if (check.has("status") && !kind.equals("http")) {
            check.complain(check.at("status"), "'status' is for http checks");
        }
        if (check.has("expect") && !kind.equals("exec")) {
            check.complain(check.at("expect"), "'expect' is for exec checks");
        }
        return switch (kind) {
            case "http" -> {
                int status = check.number("status", 100, 599).orElse(200);
                yield check.text("http", HTTP, "an http or https URL")
                        .map(url -> new HealthCheck.Http(url, status, within));
            }
            case "tcp" -> tcp(check, within);
            default ->
                command(check, "exec")
                        .map(command -> new HealthCheck.Exec(
                                new Command(command.argv(), within), check.text("expect"), within));
        };
    }

    Optional<HealthCheck> tcp(Section check, Duration within) {
        return check.named("tcp", TCP, "HOST:PORT").flatMap(target -> {
            Matcher matcher = TCP.matcher(target.name());
            int port = matcher.matches() ? Integer.parseInt(matcher.group(2)) : 0;
            if (port < 1 || port > 65_535) {
                check.complain(target.at(), "'tcp' has no port from 1 to 65535");
                return Optional.empty();
            }
            String host = matcher.group(1).replace("[", "").replace("]", "");
            return Optional.of(new HealthCheck.Tcp(host, port, within));
        });
    }

    Predicate<Duration> positive(Section section, String key) {
        return duration -> {
            if (!duration.isPositive()) {
                section.complainForm(key, "more than 0");
            }
            return duration.isPositive();
        };
    }

    private Section section(Yaml value, Keys keys) {
        return Section.of(value, keys, about, problems);
    }
}
