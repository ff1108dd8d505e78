package io.espalier.backup.server;

import io.espalier.backup.transport.RedisBus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** {@code espalier backup-server}: the receiving side of backups alone. */
public final class BackupServerApplication {
    private static final String USAGE = """
            usage: espalier backup-server --dir DIR [options]
              --dir DIR             keys, hosts, and the objects below repository/AUID/
              --hosts FILE          who may add: lines "AUID SHA256-OF-ITS-TOKEN" (DIR/hosts)
              --listen ADDRESS      where HTTPS listens (127.0.0.1)
              --port N              HTTPS; -1: off (8643)
              --redis HOST:PORT,... some nodes of a Redis Cluster (none)
              --redis-user NAME     with --redis-password-file FILE
              --redis-tls yes       TLS to Redis
              --redis-budget MIB    of bytes that may wait on one master (64)
            """;
    private static final Set<String> OPTIONS = Set.of(
            "--dir",
            "--hosts",
            "--listen",
            "--port",
            "--redis",
            "--redis-user",
            "--redis-password-file",
            "--redis-tls",
            "--redis-budget");

    private BackupServerApplication() {}

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
        if (!options.containsKey("--dir")) {
            fail(2, "no --dir\n" + USAGE);
        }
        try {
            start(options);
        } catch (IllegalArgumentException e) {
            fail(2, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            fail(1, String.valueOf(e.getMessage()));
        }
        new CountDownLatch(1).await();
    }

    private static void start(Map<String, String> options) throws IOException, InterruptedException {
        Path folder = Path.of(options.getOrDefault("--dir", "."));
        ServerIdentity identity = ServerIdentity.in(folder);
        HostKeys hosts = HostKeys.file(
                Optional.ofNullable(options.get("--hosts")).map(Path::of).orElse(folder.resolve("hosts")));
        var intake = new Intake(
                Stores.below(folder.resolve("repository")), identity.signer(), Intake.Limits.USUAL, Clock.systemUTC());
        System.out.println("receipt key      " + identity.receiptKey());
        int port = Integer.parseInt(options.getOrDefault("--port", "8643"));
        if (port >= 0) {
            String listen = options.getOrDefault("--listen", "127.0.0.1");
            var direct = new DirectServer(new InetSocketAddress(listen, port), identity.tls(), intake, hosts);
            closeAtTheEnd(direct);
            System.out.println("direct           https://" + listen + ":" + direct.port() + "/");
            System.out.println("fingerprint      " + identity.fingerprint());
        }
        if (options.containsKey("--redis")) {
            RedisBus.Settings redis = redis(options);
            RedisServer.Settings usual = RedisServer.Settings.usual(identity.epoch());
            long budget = Long.parseLong(options.getOrDefault("--redis-budget", "64")) << 20;
            var settings = new RedisServer.Settings(
                    usual.sessions(), budget, usual.window(), usual.idle(), usual.look(), usual.epoch());
            closeAtTheEnd(new RedisServer(new RedisBus(redis), intake, hosts, settings));
            System.out.println("redis            " + String.join(", ", redis.nodes()));
        }
        System.out.println("ready");
    }

    private static RedisBus.Settings redis(Map<String, String> options) throws IOException {
        Optional<String> password = options.containsKey("--redis-password-file")
                ? Optional.of(Files.readString(Path.of(options.getOrDefault("--redis-password-file", "")))
                        .strip())
                : Optional.empty();
        return new RedisBus.Settings(
                Set.copyOf(List.of(options.getOrDefault("--redis", "").split(",", -1))),
                Optional.ofNullable(options.get("--redis-user")),
                password,
                "yes".equals(options.get("--redis-tls")),
                Duration.ofSeconds(2),
                160);
    }

    private static void closeAtTheEnd(AutoCloseable part) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                part.close();
            } catch (Exception e) {
                System.err.println("espalier backup-server: " + e.getMessage());
            }
        }));
    }

    private static void fail(int status, String message) {
        System.err.println("espalier backup-server: " + message);
        System.exit(status);
    }
}
