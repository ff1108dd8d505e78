package io.espalier.protocol.release;

import io.espalier.protocol.Auid;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Releases to test with. */
final class Releases {

    private Releases() {}

    static FileEntry file(String path, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return new FileEntry(path, Digest.of(bytes), bytes.length, 0644, "root", "root", false);
    }

    static Unit unit(String name, FileEntry... files) {
        return new Unit(
                name,
                List.of(),
                List.of(),
                new TreeMap<>(),
                List.of(files),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    /** With a value in every field. */
    static Release full() {
        var nginx = new Unit(
                "nginx",
                List.of("nginx", "libnginx-mod-http-lua"),
                List.of(new Account("www-data", true, Optional.of("/var/www"), Optional.empty(), List.of("ssl-cert"))),
                new TreeMap<>(Map.of("net.core.somaxconn", "4096")),
                List.of(file("/etc/nginx/nginx.conf", "user www-data;\n"), file("/etc/nginx/tls.key", "k")),
                List.of("/etc/nginx/conf.d/"),
                Optional.of(command("nginx", "-t", "-c", "{stage}/etc/nginx/nginx.conf")),
                Optional.of(command("nginx", "-t")),
                Optional.of(command("systemctl", "reload", "nginx")),
                List.of(
                        new HealthCheck.Http("http://127.0.0.1/healthz", 200, Duration.ofSeconds(10)),
                        new HealthCheck.Tcp("127.0.0.1", 443, Duration.ofSeconds(1)),
                        new HealthCheck.Exec(
                                command("redis-cli", "ping"), Optional.of("PONG"), Duration.ofMillis(1500))));
        return new Release(new HostName("web1"), List.of(unit("base", file("/etc/motd", "hello\n")), nginx));
    }

    /** The same with duties, of every kind. */
    static Release busy() {
        Unit nginx = full().units().get(1);
        var duties = new Duties(
                Optional.of(new Service(
                        "nginx", new Service.Check.Asked(new HealthCheck.Tcp("127.0.0.1", 80, Duration.ofSeconds(5))))),
                List.of(
                        new Job(
                                "rotate",
                                new Job.Timing.Cron("0 15 3 * * ?", "Europe/Berlin"),
                                Duration.ofMinutes(1),
                                Duration.ofSeconds(30),
                                Job.Missed.SKIP,
                                Job.Overlap.REPLACE,
                                new Job.Work.Run(List.of("/usr/local/bin/rotate", "-v"), Optional.of("www-data"))),
                        new Job(
                                "sysinfo",
                                new Job.Timing.Every(Duration.ofMillis(2500)),
                                Job.DEFAULT_TIMEOUT,
                                Duration.ZERO,
                                Job.Missed.ONCE,
                                Job.Overlap.SKIP,
                                new Job.Work.Report(Job.Kind.SYSINFO))));
        Unit busy = with(nginx, duties);
        Unit plain = with(
                unit("php"),
                new Duties(Optional.of(new Service("php", new Service.Check.Systemd("php-fpm"))), List.of()));
        Unit process = with(
                unit("redis"),
                new Duties(Optional.of(new Service("redis", new Service.Check.Program("redis-server"))), List.of()));
        return new Release(new HostName("web1"), List.of(full().units().getFirst(), busy, plain, process));
    }

    private static Unit with(Unit unit, Duties duties) {
        return new Unit(
                unit.name(),
                unit.packages(),
                unit.accounts(),
                unit.sysctl(),
                unit.files(),
                unit.purged(),
                unit.validate(),
                unit.check(),
                unit.reload(),
                unit.health(),
                duties);
    }

    static Manifest manifest(Release release) {
        return new Manifest(
                new Auid("a-17"),
                42,
                Manifest.Kind.ROLLBACK,
                Instant.parse("2026-11-20T10:00:00.123Z"),
                Duration.ofSeconds(30),
                release);
    }

    private static Command command(String... argv) {
        return new Command(List.of(argv), Command.DEFAULT_TIMEOUT);
    }
}
