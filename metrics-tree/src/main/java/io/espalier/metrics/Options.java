package io.espalier.metrics;

import io.espalier.metrics.ingest.Networks;
import io.espalier.metrics.ingest.Senders;
import io.espalier.metrics.pipe.LogFormat;
import io.espalier.metrics.rules.Rules;
import io.espalier.metrics.tree.TreeSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code --name value} pairs of the command line; a name may be repeated. */
final class Options {
    /** Of all that receives. */
    static final String DOORS = """
              --listen ADDRESS      where all ports listen (127.0.0.1)
              --port N              pages and URLs (8080)
              --push-port N         JSON and access log lines, TCP and UDP; gmetric, UDP (8649)
              --graphite-port N     Graphite plaintext; -1: off (2003)
              --allow NETWORKS      who may push over TCP and UDP, such as 127.0.0.0/8,10.0.0.0/8
              --log-format FORMAT   a name, an nginx log_format or an Apache LogFormat (found by looking)
              --rules FILE          action, quota and ttl of subtrees
              --tail FILE           follow a log file, through rotation and restarts; may be repeated
              --state DIR           where the positions of followed files are kept (/var/lib/espalier/tree)
              --pipe FILE           a program or a jar that log lines run through; may be repeated
              --geo FILE            a database in MaxMind's format: requests by country
              --pickle-port N       Graphite pickle; -1: off (2004)
              --statsd-port N       StatsD and DogStatsD, TCP and UDP; -1: off (8125)
              --syslog-port N       RFC 5424 and 3164, TCP and UDP; -1: off (5514)
              --max-leaves N        of each top-level subtree (by the heap)
            """;

    private static final Set<String> DOOR_NAMES = Set.of(
            "--listen",
            "--port",
            "--push-port",
            "--graphite-port",
            "--allow",
            "--log-format",
            "--ttl",
            "--max-leaves",
            "--tail",
            "--state",
            "--rules",
            "--pipe",
            "--geo",
            "--pickle-port",
            "--statsd-port",
            "--syslog-port");

    private final Map<String, String> values;

    private Options(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Those of {@link #DOORS}, and {@code more}; empty if help is wanted.
     *
     * @throws IllegalArgumentException naming what is none
     */
    static Optional<Options> parse(String[] args, Set<String> more) {
        Set<String> known = new HashSet<>(DOOR_NAMES);
        known.addAll(more);
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (args[i].equals("--help") || args[i].equals("-h")) {
                return Optional.empty();
            }
            if (!known.contains(args[i]) || i + 1 == args.length) {
                throw new IllegalArgumentException(
                        (known.contains(args[i]) ? "no value for " : "no such option: ") + args[i]);
            }
            values.merge(args[i], args[i + 1], (before, next) -> before + "\n" + next);
        }
        return Optional.of(new Options(values));
    }

    String get(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name));
    }

    int number(String name, int otherwise) {
        String text = get(name, Integer.toString(otherwise));
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": '" + text + "' (expected: a number)", e);
        }
    }

    List<Path> paths(String name) {
        return get(name, "").lines().map(Path::of).toList();
    }

    String listen() {
        return get("--listen", "127.0.0.1");
    }

    TreeServer.Doors doors() {
        return new TreeServer.Doors(
                listen(),
                number("--port", 8080),
                number("--push-port", 8649),
                number("--graphite-port", 2003),
                get("--allow").map(Networks::parse).orElse(Networks.LOOPBACK),
                get("--log-format").map(LogFormat::of));
    }

    Senders senders() {
        return new Senders(
                number("--pickle-port", 2004),
                number("--statsd-port", 8125),
                number("--syslog-port", 5514),
                paths("--tail"),
                Path.of(get("--state", "/var/lib/espalier/tree")),
                paths("--pipe"),
                get("--geo").map(Path::of));
    }

    Optional<Rules> rules() throws IOException {
        Optional<String> file = get("--rules");
        return file.isPresent() ? Optional.of(Rules.read(Path.of(file.get()))) : Optional.empty();
    }

    /** Of this machine, with what the options say and then what the rules say. */
    TreeSettings settings(Optional<Rules> rules, Duration ttl) {
        TreeSettings settings = TreeSettings.ofMachine();
        settings = settings.with(
                settings.root().withTtl(get("--ttl").map(Duration::parse).orElse(ttl)));
        if (get("--max-leaves").isPresent()) {
            settings = settings.with(settings.root().withMaxLeaves(number("--max-leaves", 0)));
        }
        return rules.isPresent() ? rules.get().settings(settings) : settings;
    }
}
