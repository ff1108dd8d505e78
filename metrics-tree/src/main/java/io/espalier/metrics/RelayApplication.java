package io.espalier.metrics;

import io.espalier.metrics.relay.RelayConf;
import io.espalier.metrics.rules.Rules;
import io.espalier.metrics.tree.TreeSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** {@code espalier relay}: receives like a tree, and sends on. */
public final class RelayApplication {
    private static final String USAGE = """
            usage: espalier relay --to URL [options]
                   espalier relay --conf FILE [options]
              --to URL              a tree or another relay that gets everything, such as http://10.0.0.5:8080
              --token-file FILE     with the token that it wants, if it wants one
              --conf FILE           relay.conf: several of them, by key
              --dir DIR             keeps what is not sent yet (/var/lib/espalier/relay)
              --interval DURATION   in which what comes in is put together (PT1S)
              --ttl DURATION        leaves not written for so long are forgotten here (PT1H)
            """ + Options.DOORS;

    private static final Set<String> OPTIONS = Set.of("--to", "--token-file", "--conf", "--dir", "--interval");

    private RelayApplication() {}

    public static void main(String[] args) throws InterruptedException {
        Optional<Options> options = Optional.empty();
        try {
            options = Options.parse(args, OPTIONS);
        } catch (IllegalArgumentException e) {
            fail(2, e.getMessage() + "\n" + USAGE);
        }
        if (options.isEmpty()) {
            System.out.print(USAGE);
            return;
        }
        RelayServer server = start(options.get());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.close();
            } catch (IOException e) {
                System.err.println("espalier relay: " + e.getMessage());
            }
        }));
        String host = options.get().listen();
        System.out.println("push, figures    http://" + host + ":" + server.httpPort() + "/");
        System.out.println("push             " + host + ":" + server.pushPort() + " (tcp, udp)");
        server.graphitePort().ifPresent(port -> System.out.println("graphite         " + host + ":" + port));
        server.receivers()
                .ports()
                .forEach((name, port) ->
                        System.out.println((name + " ".repeat(17)).substring(0, 17) + host + ":" + port));
        System.out.println("how it goes      curl http://" + host + ":" + server.httpPort() + "/get/~tree,relay");
        new CountDownLatch(1).await();
    }

    private static RelayServer start(Options options) {
        try {
            Optional<Rules> rules = options.rules();
            TreeSettings settings = options.settings(rules, Duration.ofHours(1));
            return new RelayServer(
                    settings,
                    rules,
                    options.doors(),
                    options.senders(),
                    conf(options),
                    Path.of(options.get("--dir", "/var/lib/espalier/relay")),
                    interval(options),
                    Clock.systemUTC());
        } catch (IllegalArgumentException | DateTimeParseException e) {
            return fail(2, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return fail(1, String.valueOf(e.getMessage()));
        }
    }

    private static RelayConf conf(Options options) throws IOException {
        Optional<String> file = options.get("--conf");
        Optional<String> to = options.get("--to");
        if (file.isPresent() == to.isPresent()) {
            throw new IllegalArgumentException("either --to URL or --conf FILE\n" + USAGE);
        }
        Optional<Path> token = options.get("--token-file").map(Path::of);
        if (file.isPresent() && token.isPresent()) {
            throw new IllegalArgumentException("--token-file goes with --to; relay.conf names the files itself");
        }
        return file.isPresent()
                ? RelayConf.read(Path.of(file.get()))
                : RelayConf.to(new RelayConf.Target(url(to.get()), token));
    }

    private static URI url(String text) {
        try {
            return RelayConf.url(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--to: " + e.getMessage(), e);
        }
    }

    private static Duration interval(Options options) {
        Duration interval = Duration.parse(options.get("--interval", "PT1S"));
        if (interval.toMillis() < 10) {
            throw new IllegalArgumentException("--interval: " + interval + " (expected: at least PT0.01S)");
        }
        return interval;
    }

    private static RelayServer fail(int status, String message) {
        System.err.println("espalier relay: " + message);
        System.exit(status);
        throw new IllegalStateException();
    }
}
