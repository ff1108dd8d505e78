package io.espalier.metrics;

import io.espalier.metrics.ingest.Networks;
import io.espalier.metrics.ingest.Senders;
import io.espalier.metrics.pipe.LogFormat;
import io.espalier.metrics.rules.Rules;
import io.espalier.metrics.tree.TreeSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** {@code espalier tree}: the metrics tree alone. */
public final class TreeApplication {
    private static final String USAGE = """
            usage: espalier tree [options]
                   espalier tree pipe list | test FILE.log EXPECTED.json [--log-format F] [--pipe FILE] [--geo FILE]
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
              --ttl DURATION        leaves not written for so long are folded into ~other, such as PT24H (never)
              --max-leaves N        of each top-level subtree (by the heap)
              --dir DIR             keeps the tree, its history and saved views there (nothing is kept)
              --checkpoint DURATION how often the tree is written to DIR; a kill loses what came since (PT1M)
              --history N           leaves whose history is kept, if there is a DIR or a VictoriaMetrics (100000)
              --victoria URL        keeps the history in VictoriaMetrics, such as http://127.0.0.1:8428
            """;
    private static final Set<String> OPTIONS = Set.of(
            "--listen",
            "--port",
            "--push-port",
            "--graphite-port",
            "--allow",
            "--log-format",
            "--ttl",
            "--max-leaves",
            "--dir",
            "--checkpoint",
            "--history",
            "--victoria",
            "--tail",
            "--state",
            "--rules",
            "--pipe",
            "--geo",
            "--pickle-port",
            "--statsd-port",
            "--syslog-port");

    private TreeApplication() {}

    public static void main(String[] args) throws InterruptedException {
        if (args.length > 0 && args[0].equals("pipe")) {
            System.exit(
                    new PipeCommand(System.out, System.err).run(List.of(args).subList(1, args.length)));
        }
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (args[i].equals("--help") || args[i].equals("-h")) {
                System.out.print(USAGE);
                return;
            }
            if (!OPTIONS.contains(args[i]) || i + 1 == args.length) {
                fail(2, (OPTIONS.contains(args[i]) ? "no value for " : "no such option: ") + args[i] + "\n" + USAGE);
            }
            options.merge(args[i], args[i + 1], (before, next) -> before + "\n" + next);
        }
        TreeServer server = start(options);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.close();
            } catch (IOException e) {
                System.err.println("espalier tree: " + e.getMessage());
            }
        }));
        String host = options.getOrDefault("--listen", "127.0.0.1");
        System.out.println("pages and URLs   http://" + host + ":" + server.httpPort() + "/");
        System.out.println("push             " + host + ":" + server.pushPort() + " (tcp, udp)");
        server.graphitePort().ifPresent(port -> System.out.println("graphite         " + host + ":" + port));
        server.receivers()
                .ports()
                .forEach((name, port) ->
                        System.out.println((name + " ".repeat(17)).substring(0, 17) + host + ":" + port));
        System.out.println("kept in          "
                + options.getOrDefault("--dir", "memory only: --dir DIR keeps the tree and its history"));
        System.out.println("try              tail -f access.log | nc " + host + " " + server.pushPort());
        new CountDownLatch(1).await();
    }

    private static TreeServer start(Map<String, String> options) {
        try {
            TreeSettings settings = TreeSettings.ofMachine();
            if (options.containsKey("--ttl")) {
                settings = settings.with(settings.root().withTtl(Duration.parse(options.get("--ttl"))));
            }
            if (options.containsKey("--max-leaves")) {
                settings = settings.with(settings.root().withMaxLeaves(Integer.parseInt(options.get("--max-leaves"))));
            }
            var doors = new TreeServer.Doors(
                    options.getOrDefault("--listen", "127.0.0.1"),
                    Integer.parseInt(options.getOrDefault("--port", "8080")),
                    Integer.parseInt(options.getOrDefault("--push-port", "8649")),
                    Integer.parseInt(options.getOrDefault("--graphite-port", "2003")),
                    options.containsKey("--allow") ? Networks.parse(options.get("--allow")) : Networks.LOOPBACK,
                    Optional.ofNullable(options.get("--log-format")).map(LogFormat::of));
            Optional<Rules> rules = Optional.empty();
            if (options.containsKey("--rules")) {
                rules = Optional.of(Rules.read(Path.of(options.get("--rules"))));
                settings = rules.get().settings(settings);
            }
            var server = new TreeServer(settings, doors, senders(options), keeping(options), Clock.systemUTC());
            if (rules.isPresent()) {
                rules.get().apply(server.tree(), settings.root());
            }
            return server;
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return fail(2, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return fail(1, String.valueOf(e.getMessage()));
        }
    }

    private static Senders senders(Map<String, String> options) {
        return new Senders(
                Integer.parseInt(options.getOrDefault("--pickle-port", "2004")),
                Integer.parseInt(options.getOrDefault("--statsd-port", "8125")),
                Integer.parseInt(options.getOrDefault("--syslog-port", "5514")),
                paths(options, "--tail"),
                Path.of(options.getOrDefault("--state", "/var/lib/espalier/tree")),
                paths(options, "--pipe"),
                Optional.ofNullable(options.get("--geo")).map(Path::of));
    }

    private static List<Path> paths(Map<String, String> options, String name) {
        return options.getOrDefault(name, "").lines().map(Path::of).toList();
    }

    private static TreeServer.Keeping keeping(Map<String, String> options) {
        return new TreeServer.Keeping(
                Optional.ofNullable(options.get("--dir")).map(Path::of),
                Duration.parse(options.getOrDefault("--checkpoint", "PT1M")),
                Integer.parseInt(options.getOrDefault("--history", "100000")),
                Optional.ofNullable(options.get("--victoria")).map(URI::create));
    }

    private static TreeServer fail(int status, String message) {
        System.err.println("espalier tree: " + message);
        System.exit(status);
        throw new IllegalStateException();
    }
}
