package io.espalier.metrics;

import io.espalier.metrics.ingest.Networks;
import io.espalier.metrics.pipe.LogFormat;
import io.espalier.metrics.tree.TreeSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** {@code espalier tree}: the metrics tree alone. */
public final class TreeApplication {
    private static final String USAGE = """
            usage: espalier tree [options]
              --listen ADDRESS      where all ports listen (127.0.0.1)
              --port N              pages and URLs (8080)
              --push-port N         JSON and access log lines, TCP and UDP (8649)
              --graphite-port N     Graphite plaintext; -1: off (2003)
              --allow NETWORKS      who may push over TCP and UDP, such as 127.0.0.0/8,10.0.0.0/8
              --log-format FORMAT   a name, an nginx log_format or an Apache LogFormat (found by looking)
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
            "--victoria");

    private TreeApplication() {}

    public static void main(String[] args) throws InterruptedException {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            if (args[i].equals("--help") || args[i].equals("-h")) {
                System.out.print(USAGE);
                return;
            }
            if (!OPTIONS.contains(args[i]) || i + 1 == args.length) {
                fail(2, (OPTIONS.contains(args[i]) ? "no value for " : "no such option: ") + args[i] + "\n" + USAGE);
            }
            options.put(args[i], args[i + 1]);
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
            return new TreeServer(settings, doors, keeping(options), Clock.systemUTC());
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return fail(2, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return fail(1, String.valueOf(e.getMessage()));
        }
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
