package io.espalier.bench;

import io.espalier.testkit.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A clone of the fleet's repository: ten templates with a reload, and one variable that stands in all of them. */
final class BenchFleet {

    static final int FILES = 10;
    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Path clone;

    private BenchFleet(Path clone) {
        this.clone = clone;
    }

    static BenchFleet write(Path clone, String url, String hostsYaml) throws IOException {
        Files.createDirectories(clone);
        var fleet = new BenchFleet(clone);
        fleet.git("init", "-q", "-b", "main");
        fleet.git("config", "user.name", "bench");
        fleet.git("config", "user.email", "bench@espalier.example");
        fleet.git("remote", "add", "origin", url);
        fleet.file("fleet.yaml", """
                fleet: bench
                tiers: [ web ]
                rollout: { canary: 0, parallel: 100%, soak: 0s, confirm: 20s }
                """);
        fleet.file("hosts.yaml", hostsYaml);
        var unit = new StringBuilder("unit: app\non: { tier: web }\nfiles:\n");
        for (int i = 1; i <= FILES; i++) {
            unit.append("  - { to: /etc/bench/app%d.conf, template: app%d.conf.ftl }\n".formatted(i, i));
            fleet.file("templates/app" + i + ".conf.ftl", template(i, "${host.name}", "${vars.level}"));
        }
        unit.append("reload: sh -c 'date +%s >> /run/bench-reloaded'\n");
        unit.append("health:\n  - { tcp: \"127.0.0.1:22\" }\n");
        fleet.file("units/app.yaml", unit.toString());
        fleet.level(0);
        return fleet;
    }

    /** About 2 KiB, with two values that differ by host and by change. */
    static String template(int number, String host, String level) {
        return "# application " + number + " on " + host + "\nlevel = " + level + "\n"
                + "option = a value that does not change from one release to the next\n".repeat(28);
    }

    void level(int level) throws IOException {
        file("vars/all.yaml", "level: " + level + "\n");
    }

    void readme(int number) throws IOException {
        file("README.md", "change " + number + "\n");
    }

    void commit(String subject) {
        git("add", "-A");
        git("commit", "-q", "-m", subject);
    }

    /** What the pusher saw. */
    String push() {
        return git("push", "origin", "main");
    }

    private void file(String name, String text) throws IOException {
        Path file = clone.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String git(String... arguments) {
        var command = new ArrayList<>(List.of("env", "GIT_CONFIG_GLOBAL=/dev/null", "git", "-C", clone.toString()));
        command.addAll(List.of(arguments));
        Ran ran = Ran.of(LIMIT, command.toArray(String[]::new));
        if (ran.status() != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + " ended with " + ran.status() + ":\n" + ran.output());
        }
        return ran.output();
    }
}
