package io.espalier.bench;

import io.espalier.testkit.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A clone of the fleet's repository: one unit of templates, and one variable that stands in all of them. */
final class BenchFleet {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private final Path clone;

    private BenchFleet(Path clone) {
        this.clone = clone;
    }

    /**
     * @param files how many templates
     * @param actions the unit's reload and health, in YAML
     */
    static BenchFleet write(Path clone, String url, String hostsYaml, int files, String actions) throws IOException {
        Files.createDirectories(clone);
        var fleet = new BenchFleet(clone);
        fleet.git("init", "-q", "-b", "main");
        fleet.git("config", "user.name", "bench");
        fleet.git("config", "user.email", "bench@espalier.example");
        fleet.git("remote", "add", "origin", url);
        fleet.file("fleet.yaml", """
                fleet: bench
                tiers: [ web ]
                rollout: { canary: 0, parallel: 100%, soak: 0s, confirm: 60s }
                """);
        fleet.file("hosts.yaml", hostsYaml);
        var unit = new StringBuilder("unit: app\non: { tier: web }\nfiles:\n");
        for (int i = 1; i <= files; i++) {
            unit.append("  - { to: /etc/bench/app%d.conf, template: app%d.conf.ftl }\n".formatted(i, i));
            fleet.file("templates/app" + i + ".conf.ftl", template(i, "${host.name}", "${vars.level}"));
        }
        unit.append(actions);
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

    /** What the pusher saw of a push that changes nothing. */
    String dryRun() {
        return gitSays("push", "-o", "dry-run", "origin", "main").output();
    }

    private void file(String name, String text) throws IOException {
        Path file = clone.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private String git(String... arguments) {
        Ran ran = gitSays(arguments);
        if (ran.status() != 0) {
            throw new IllegalStateException(
                    "git " + String.join(" ", arguments) + " ended with " + ran.status() + ":\n" + ran.output());
        }
        return ran.output();
    }

    private Ran gitSays(String... arguments) {
        var command = new ArrayList<>(List.of("env", "GIT_CONFIG_GLOBAL=/dev/null", "git", "-C", clone.toString()));
        command.addAll(List.of(arguments));
        return Ran.of(LIMIT, command.toArray(String[]::new));
    }
}
