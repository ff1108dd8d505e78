package io.espalier.agent.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.agent.testing.AgentProcess;
import io.espalier.agent.testing.Linux;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.agent.testing.Wanted;
import io.espalier.protocol.wire.ApplyOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real agent, killed by the kernel as it enters its n-th call of some kind, during an apply and during the recovery
 * after it; then started again. The host is on the old or on the new release, never on a mix, and what runs there has read
 * the files that are there. Numbers count per thread, as strace counts.
 */
class KillIT {

    /** Calls of the agent's own; the JVM has little use for most of them. */
    private static final Map<String, List<Integer>> SAMPLE = new TreeMap<>(Map.of(
            "renameat2", List.of(2, 6, 8),
            "syncfs", List.of(1, 2),
            "fsync", List.of(1, 5),
            "unlinkat", List.of(1),
            "mkdirat", List.of(2),
            "write", List.of(9),
            "openat2", List.of(90)));

    private static final List<String> ALL = List.of(
            "renameat2",
            "syncfs",
            "fsync",
            "unlinkat",
            "mkdirat",
            "fchmod",
            "symlinkat",
            "readlinkat",
            "write",
            "openat2",
            "statx");

    @TempDir
    private Path folder;

    private DiskWorld world;
    private Path template;
    private final List<String> troubles = new ArrayList<>();
    private int points;
    private int killed;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(Linux.missing("strace").isEmpty(), "needs strace");
        assumeTrue(Linux.runs("strace", "-qq", "-o", "/dev/null", "/bin/true"), "needs to be allowed to trace");
        world = new DiskWorld(Files.createDirectories(folder.resolve("scratch")), release("a"), release("b"));
        template = Files.createDirectories(folder.resolve("t"));
        world.layFirst(template);
        AgentProcess.configure(template, world.orchestrator, "drift: { check: 0s }");
        Files.createDirectories(template.resolve("run"));
        Files.writeString(template.resolve("run/running"), "a");
    }

    private static Wanted release(String name) {
        var wanted = new Wanted();
        Wanted.UnitInTheMaking unit = wanted.unit("app")
                .file("/etc/app/app.conf", name)
                .file("/etc/app/keep.conf", "keep")
                .file("/srv/site/index.html", "site " + name)
                .purge("/etc/app/stray.d/")
                .validate("/bin/grep", "-q", name, "{stage}/etc/app/app.conf")
                .reload("/bin/cp", "{root}/etc/app/app.conf", "{root}/run/running");
        return name.equals("a") ? wanted : also(unit, wanted);
    }

    private static Wanted also(Wanted.UnitInTheMaking unit, Wanted wanted) {
        unit.file("/etc/app/new/and/deep.conf", "deep").file("/etc/link.conf", "no link any more");
        return wanted;
    }

    @Test
    void hostIsOnOneReleaseAfterAKill() throws Exception {
        for (Map.Entry<String, List<Integer>> call : SAMPLE.entrySet()) {
            for (int n : call.getValue()) {
                tryOut(call.getKey(), n, false);
            }
        }
        report(8);
    }

    @Test
    @Tag("long")
    void hostIsOnOneReleaseAfterAKillAtEverySecondCall() throws Exception {
        for (String call : ALL) {
            int step = call.equals("openat2") || call.equals("statx") ? 20 : 2;
            boolean wasKilled = true;
            for (int n = 1; wasKilled && troubles.size() < 10; n += step) {
                wasKilled = tryOut(call, n, n % 3 == 0);
            }
        }
        report(40);
    }

    private void report(int wanted) {
        System.out.println("kill points by strace: " + points + ", killed " + killed + " times");
        assertThat(troubles).isEmpty();
        assertThat(killed).isGreaterThanOrEqualTo(wanted);
    }

    /** @return whether it was killed at all */
    private boolean tryOut(String call, int n, boolean alsoInRecovery) throws Exception {
        points++;
        Path root = folder.resolve("h");
        Linux.run("cp", "-a", template.toString(), root.toString());
        boolean wasKilled = false;
        Optional<ApplyOutcome> told = Optional.empty();
        try (AgentProcess agent = AgentProcess.launch(root, killing(call, n))) {
            if (agent.comesUp()) {
                told = apply(agent);
            }
            wasKilled = told.isEmpty();
        }
        killed += wasKilled ? 1 : 0;
        if (wasKilled && alsoInRecovery) {
            try (AgentProcess agent = AgentProcess.launch(root, killing(call, 1 + n / 2))) {
                killed += agent.comesUp() ? 0 : 1;
            }
        }
        check(root, call + " " + n, told);
        Linux.run("rm", "-rf", root.toString());
        return wasKilled;
    }

    private static String[] killing(String call, int n) {
        return new String[] {
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=" + call,
            "-e",
            "inject=" + call + ":signal=KILL:when=" + n
        };
    }

    private Optional<ApplyOutcome> apply(AgentProcess agent) {
        try (var connection = agent.connect()) {
            return Optional.of(world.apply(connection));
        } catch (IOException killedMeanwhile) {
            return Optional.empty();
        }
    }

    private void check(Path root, String where, Optional<ApplyOutcome> told) throws IOException {
        try (AgentProcess agent = AgentProcess.start(root);
                Orchestrator.Connection connection = agent.connect()) {
            world.trouble(root, connection.status().current().orElseThrow(), told)
                    .ifPresent(text -> troubles.add(where + ": " + text));
            String running = Files.readString(root.resolve("run/running"));
            String conf = Files.readString(root.resolve("etc/app/app.conf"));
            if (!running.equals(conf)) {
                troubles.add(where + ": " + running + " runs and " + conf + " is on disk");
            }
        }
    }
}
