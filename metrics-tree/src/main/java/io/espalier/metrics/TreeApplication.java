package io.espalier.metrics;

import io.espalier.metrics.rules.Rules;
import io.espalier.metrics.tree.TreeSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** {@code espalier tree}: the metrics tree alone. */
public final class TreeApplication {
    private static final String USAGE = """
            usage: espalier tree [options]
                   espalier tree pipe list | test FILE.log EXPECTED.json [--log-format F] [--pipe FILE] [--geo FILE]
            """ + Options.DOORS + """
              --ttl DURATION        leaves not written for so long are folded into ~other, such as PT24H (never)
              --dir DIR             keeps the tree, its history and saved views there (nothing is kept)
              --checkpoint DURATION how often the tree is written to DIR; a kill loses what came since (PT1M)
              --history N           leaves whose history is kept, if there is a DIR or a VictoriaMetrics (100000)
              --victoria URL        keeps the history in VictoriaMetrics, such as http://127.0.0.1:8428
            """;
    private static final Set<String> OPTIONS = Set.of("--dir", "--checkpoint", "--history", "--victoria");

    private TreeApplication() {}

    public static void main(String[] args) throws InterruptedException {
        if (args.length > 0 && args[0].equals("pipe")) {
            System.exit(
                    new PipeCommand(System.out, System.err).run(List.of(args).subList(1, args.length)));
        }
        Options options = parse(args);
        TreeServer server = start(options);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.close();
            } catch (IOException e) {
                System.err.println("espalier tree: " + e.getMessage());
            }
        }));
        String host = options.listen();
        System.out.println("pages and URLs   http://" + host + ":" + server.httpPort() + "/");
        System.out.println("push             " + host + ":" + server.pushPort() + " (tcp, udp)");
        server.graphitePort().ifPresent(port -> System.out.println("graphite         " + host + ":" + port));
        server.receivers()
                .ports()
                .forEach((name, port) ->
                        System.out.println((name + " ".repeat(17)).substring(0, 17) + host + ":" + port));
        System.out.println(
                "kept in          " + options.get("--dir", "memory only: --dir DIR keeps the tree and its history"));
        System.out.println("try              tail -f access.log | nc " + host + " " + server.pushPort());
        new CountDownLatch(1).await();
    }

    private static Options parse(String[] args) {
        try {
            return Options.parse(args, OPTIONS).orElseGet(() -> {
                System.out.print(USAGE);
                System.exit(0);
                throw new IllegalStateException();
            });
        } catch (IllegalArgumentException e) {
            fail(2, e.getMessage() + "\n" + USAGE);
            throw new IllegalStateException(e);
        }
    }

    private static TreeServer start(Options options) {
        try {
            Optional<Rules> rules = options.rules();
            TreeSettings settings = options.settings(rules, Duration.ZERO);
            var server =
                    new TreeServer(settings, options.doors(), options.senders(), keeping(options), Clock.systemUTC());
            rules.ifPresent(held -> held.apply(server.tree(), settings.root()));
            return server;
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return fail(2, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return fail(1, String.valueOf(e.getMessage()));
        }
    }

    private static TreeServer.Keeping keeping(Options options) {
        return new TreeServer.Keeping(
                options.get("--dir").map(Path::of),
                Duration.parse(options.get("--checkpoint", "PT1M")),
                options.number("--history", 100_000),
                options.get("--victoria").map(URI::create));
    }

    private static TreeServer fail(int status, String message) {
        System.err.println("espalier tree: " + message);
        System.exit(status);
        throw new IllegalStateException();
    }
}
