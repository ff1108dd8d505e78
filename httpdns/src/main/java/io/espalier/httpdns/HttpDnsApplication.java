package io.espalier.httpdns;

import io.espalier.httpdns.answer.Subnet;
import io.espalier.httpdns.front.FrontSettings;
import io.espalier.httpdns.redis.RedisSettings;
import io.espalier.httpdns.resolve.Upstream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** {@code espalier httpdns}: names over HTTP, alone. */
public final class HttpDnsApplication {
    private static final String USAGE = """
            usage: espalier httpdns [options]
              --listen ADDRESS      where it listens (127.0.0.1)
              --port N              plain HTTP/1.1 and HTTP/2 (8053)
              --config FILE         everything else; an option of the command line wins over the file
              --upstream LIST       resolvers to ask, such as 9.9.9.9,127.0.0.1:5335 (this machine's)
              --redis LIST          the cache that nodes share, host:port; several are a cluster (none)
              --private-names LIST  names that may have private addresses, such as corp.example.com
              --take-over           share the port with a running server; end that one afterwards (SIGTERM)
            """;
    private static final Set<String> OPTIONS =
            Set.of("--listen", "--port", "--config", "--upstream", "--redis", "--private-names");
    private static final String TAKE_OVER = "--take-over";
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private HttpDnsApplication() {}

    public static void main(String[] args) throws InterruptedException {
        Map<String, String> options = new HashMap<>();
        for (var i = 0; i < args.length; i += 2) {
            if (args[i].equals("--help") || args[i].equals("-h")) {
                System.out.print(USAGE);
                return;
            }
            if (args[i].equals(TAKE_OVER)) {
                options.put(TAKE_OVER, "");
                i--;
                continue;
            }
            if (!OPTIONS.contains(args[i]) || i + 1 == args.length) {
                throw fail(
                        2, (OPTIONS.contains(args[i]) ? "no value for " : "no such option: ") + args[i] + "\n" + USAGE);
            }
            options.put(args[i], args[i + 1]);
        }
        var settings = settings(options);
        var server = start(settings);
        var ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                server.drain();
            } catch (InterruptedException e) {
                server.close();
            } finally {
                ended.countDown();
            }
        }));
        var shown = settings.front().listen().isEmpty()
                ? settings.front().listenTls().getFirst()
                : settings.front().listen().getFirst();
        var base = (settings.front().listen().isEmpty() ? "https://" : "http://") + host(shown) + ":"
                + server.ports().getFirst();
        System.out.println("answers          " + base + "/dn?www.example.com");
        System.out.println("upstreams        "
                + String.join(
                        ", ",
                        settings.resolving().resolve().upstreams().stream()
                                .map(Upstream::name)
                                .toList()));
        System.out.println("figures          " + base + "/metrics");
        System.out.println("try              curl '" + base + "/dn?www.example.com&format=json&explain=1'");
        ended.await();
    }

    private static String host(InetSocketAddress address) {
        var host = address.getAddress().getHostAddress();
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    private static HttpDnsSettings settings(Map<String, String> options) {
        try {
            return settings(options, machineUpstreams());
        } catch (ConfigException | IllegalArgumentException e) {
            throw fail(2, String.valueOf(e.getMessage()));
        }
    }

    /** What the command line, the file and the machine say, in this order. */
    static HttpDnsSettings settings(Map<String, String> options, List<Upstream> machine) throws ConfigException {
        var settings = HttpDnsSettings.of("127.0.0.1", 8053, machine);
        if (options.containsKey("--config")) {
            settings = ConfigFile.read(Path.of(options.get("--config")), settings);
        }
        var resolving = settings.resolving();
        if (options.containsKey("--upstream")) {
            var upstreams = new ArrayList<Upstream>();
            for (var text : options.get("--upstream").split(",", -1)) {
                upstreams.add(new Upstream(ConfigFile.address(text.strip(), 53)));
            }
            resolving = resolving.asking(upstreams);
        }
        if (options.containsKey("--redis")) {
            var nodes = List.of(options.get("--redis").split(",", -1));
            resolving = resolving.with(RedisSettings.of(nodes, nodes.size() > 1));
        }
        if (options.containsKey("--private-names")) {
            resolving =
                    resolving.allowing(List.of(options.get("--private-names").split(",", -1)));
        }
        var front = settings.front();
        var listen = front.listen();
        if (options.containsKey("--listen") || options.containsKey("--port")) {
            var before = listen.isEmpty() ? ConfigFile.address("127.0.0.1", 8053) : listen.getFirst();
            var address = options.getOrDefault("--listen", before.getAddress().getHostAddress());
            var port = options.getOrDefault("--port", Integer.toString(before.getPort()));
            if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
                throw new IllegalArgumentException("--port: '" + port + "' (expected: 0 to 65535)");
            }
            var host = address.indexOf(':') < 0 ? address : "[" + address + "]";
            listen = List.of(ConfigFile.address(host + ":" + port, 8053));
        }
        return new HttpDnsSettings(
                resolving,
                settings.zones(),
                new FrontSettings(
                        listen,
                        front.listenTls(),
                        front.tls(),
                        front.loops(),
                        front.limits(),
                        front.subnets(),
                        options.containsKey(TAKE_OVER)),
                settings.access(),
                settings.warmUp(),
                settings.drain());
    }

    /** The resolvers that this machine uses. */
    public static List<Upstream> machineUpstreams() {
        return machineUpstreams(RESOLV_CONF);
    }

    /** The resolvers that this machine uses; the one on this machine if it names none. */
    static List<Upstream> machineUpstreams(Path resolvConf) {
        var upstreams = new ArrayList<Upstream>();
        try {
            for (var line : Files.readAllLines(resolvConf)) {
                var words = line.strip().split("\\s+", -1);
                if (words.length >= 2 && words[0].equals("nameserver")) {
                    addIfAddress(upstreams, words[1]);
                }
            }
        } catch (IOException e) {
            upstreams.clear(); // a machine without that file asks itself
        }
        if (upstreams.isEmpty()) {
            addIfAddress(upstreams, "127.0.0.1");
        }
        return upstreams;
    }

    private static void addIfAddress(List<Upstream> upstreams, String text) {
        try {
            Subnet single = io.espalier.httpdns.access.Addresses.subnet(text);
            upstreams.add(new Upstream(new InetSocketAddress(single.address(), 53)));
        } catch (IllegalArgumentException e) {
            System.err.println("espalier httpdns: nameserver " + text + " is left out: " + e.getMessage());
        }
    }

    private static HttpDns start(HttpDnsSettings settings) {
        try {
            return new HttpDns(settings, Clock.systemUTC());
        } catch (IOException e) {
            throw fail(1, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            throw fail(2, String.valueOf(e.getMessage()));
        }
    }

    private static IllegalStateException fail(int status, String message) {
        System.err.println("espalier httpdns: " + message);
        System.exit(status);
        return new IllegalStateException(message);
    }
}
