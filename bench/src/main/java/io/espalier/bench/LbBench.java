package io.espalier.bench;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/** The load balancer's layers against plain nginx with proxy_pass and proxy_cache: requests a second, p99, processor time. */
final class LbBench {

    private static final int CONNECTIONS = 32;
    private static final String BODY = "x".repeat(512);

    private LbBench() {}

    private record Contender(String name, BenchNginx nginx, IntFunction<String> path) {}

    private record Measured(double perSecond, double micros, double p99) {}

    public static void main(String[] args) throws IOException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        var time = Duration.ofSeconds(args.length > 1 ? Integer.parseInt(args[1]) : 5);
        Path root = Files.createTempDirectory("espalier-lb-bench");
        var servers = new ArrayList<BenchNginx>();
        try {
            compare(rounds, time, contenders(root, servers));
        } finally {
            servers.forEach(BenchNginx::close);
            try (var walk = Files.walk(root)) {
                for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private static List<Contender> contenders(Path root, List<BenchNginx> servers) throws IOException {
        int origin = BenchNginx.freePort();
        Path originRoot = BenchNginx.lay(root.resolve("origin"), """
                    server {
                        listen 127.0.0.1:%d;
                        location / { add_header Cache-Control max-age=3600; return 200 "%s"; }
                    }
                """.formatted(origin, BODY));
        servers.add(BenchNginx.start(originRoot, origin, 1));
        IntFunction<String> page = i -> "/page" + i % 1000;
        IntFunction<String> name = i -> "/dn?name" + i % 1000 + ".example";
        return List.of(
                add(servers, "plain proxy_pass", plain(root.resolve("plain"), origin), page),
                add(
                        servers,
                        "L1, no rate limit",
                        layer(root.resolve("l1n"), "l1", origin, "rate: { on: false }"),
                        page),
                add(
                        servers,
                        "L1, rate limit",
                        layer(root.resolve("l1"), "l1", origin, "rate: { each: 1000000, burst: 1000000 }"),
                        page),
                add(servers, "plain proxy_cache hit", plain(root.resolve("plain-cache"), origin), name),
                add(servers, "L2 cache hit", layer(root.resolve("l2"), "l2", origin, "choice: load"), name));
    }

    private record Laid(Path root, int port) {}

    private static Contender add(List<BenchNginx> servers, String name, Laid laid, IntFunction<String> path)
            throws IOException {
        var nginx = BenchNginx.start(laid.root(), laid.port(), 0);
        servers.add(nginx);
        return new Contender(name, nginx, path);
    }

    private static Laid layer(Path root, String layer, int origin, String vars) throws IOException {
        int port = BenchNginx.freePort();
        LbLibrary.lay(root, layer, port, origin, vars);
        return new Laid(root, port);
    }

    /** The same headers both ways as the layers send, and a cache for /dn. */
    private static Laid plain(Path root, int origin) throws IOException {
        int port = BenchNginx.freePort();
        BenchNginx.lay(root, """
                    upstream next { server 127.0.0.1:%1$d; keepalive 128; keepalive_requests 10000; }
                    proxy_cache_path %2$s/cache keys_zone=names:16m;
                    proxy_http_version 1.1;
                    proxy_set_header Connection "";
                    proxy_set_header Host $host;
                    proxy_set_header X-Real-IP $remote_addr;
                    proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_set_header X-Request-Id $request_id;
                    proxy_set_header X-Deadline-Ms 5000;
                    server {
                        listen 127.0.0.1:%3$d backlog=4096;
                        location / { proxy_pass http://next; add_header X-Request-Id $request_id always; }
                        location = /dn {
                            proxy_pass http://next;
                            proxy_cache names;
                            proxy_cache_lock on;
                            proxy_cache_use_stale error timeout updating;
                            add_header X-Cache $upstream_cache_status always;
                            add_header Age 0 always;
                        }
                    }
                """.formatted(origin, root, port));
        return new Laid(root, port);
    }

    private static void compare(int rounds, Duration time, List<Contender> contenders) throws IOException {
        var results = new LinkedHashMap<String, List<Measured>>();
        int rate = Integer.MAX_VALUE;
        for (Contender each : contenders) {
            double most = HttpLoop.run(each.nginx().port(), each.path(), CONNECTIONS, 0, time)
                    .perSecond();
            rate = (int) Math.min(rate, most / 2);
            results.put(each.name(), new ArrayList<>());
        }
        System.out.printf(
                Locale.ROOT,
                "server on processor 0, client and origin on 1; %d connections, 512 bytes, open loop at %d/s%n",
                CONNECTIONS,
                rate);
        for (int round = 0; round < rounds; round++) {
            // there and back again, so that a machine that slows down hits all alike
            for (Contender each : round % 2 == 0 ? contenders : contenders.reversed()) {
                requireNonNull(results.get(each.name())).add(measure(each, rate, time));
            }
        }
        Map<String, Measured> medians = new LinkedHashMap<>();
        results.forEach((name, all) -> medians.put(name, median(all)));
        medians.forEach((name, one) -> {
            Measured peer =
                    requireNonNull(medians.get(name.contains("cache") ? "plain proxy_cache hit" : "plain proxy_pass"));
            System.out.printf(
                    Locale.ROOT,
                    "%-24s %8.0f req/s (%.2f)   %6.1f us processor/req (%.2f)   p99 %7.3f ms (%.2f)%n",
                    name,
                    one.perSecond(),
                    one.perSecond() / peer.perSecond(),
                    one.micros(),
                    one.micros() / peer.micros(),
                    one.p99(),
                    one.p99() / peer.p99());
        });
    }

    private static Measured measure(Contender each, int rate, Duration time) throws IOException {
        double before = each.nginx().worked();
        var most = HttpLoop.run(each.nginx().port(), each.path(), CONNECTIONS, 0, time);
        double micros = (each.nginx().worked() - before) / most.count();
        var steady = HttpLoop.run(each.nginx().port(), each.path(), CONNECTIONS, rate, time);
        if (most.bad() + steady.bad() > 0) {
            throw new IllegalStateException(each.name() + ": " + (most.bad() + steady.bad()) + " bad answers");
        }
        return new Measured(most.perSecond(), micros, steady.quantile(0.99));
    }

    private static Measured median(List<Measured> all) {
        return new Measured(
                new Figures("", "", all.stream().map(Measured::perSecond).toList()).median(),
                new Figures("", "", all.stream().map(Measured::micros).toList()).median(),
                new Figures("", "", all.stream().map(Measured::p99).toList()).median());
    }
}
