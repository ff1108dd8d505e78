package io.espalier.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.testkit.Await;
import io.espalier.testkit.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Backups on a demo's hosts, as a person makes them, and what becomes of them when processes are killed. */
class BackupStoryIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    static Path folder;

    private static Demo demo;

    @BeforeAll
    static void start() {
        demo = Demo.start(folder.resolve("demo"), Product.freePort());
    }

    @AfterAll
    static void stop() {
        if (demo != null) {
            demo.close();
        }
    }

    /** A tree with all that a restore must bring back. */
    private static Path grow(String host, String path, int bytes) throws IOException {
        Path tree = Files.createDirectories(demo.file(host, path));
        byte[] noise = new byte[bytes];
        new Random(bytes).nextBytes(noise);
        Files.write(tree.resolve("noise"), noise);
        Files.createDirectories(tree.resolve("sub/deep"));
        Files.writeString(tree.resolve("sub/deep/with blanks"), "text\n");
        Files.createSymbolicLink(tree.resolve("link"), Path.of("sub/deep"));
        Ran.of(Duration.ofSeconds(10), "chmod", "750", tree.resolve("sub").toString());
        return tree;
    }

    /** Names, modes, times, targets and content hashes, as find and sha256sum see them. */
    private static String seen(Path tree) {
        return Ran.of(
                        Duration.ofSeconds(30),
                        "sh",
                        "-c",
                        "cd \"$1\" && find . -printf '%p %y %m %s %T@ %l\\n' | grep -v '^\\. ' | sort"
                                + " && find . -type f -print0 | sort -z | xargs -0 sha256sum",
                        "sh",
                        tree.toString())
                .output();
    }

    private static void must(Ran ran) {
        assertThat(ran.status()).as(ran.output()).isZero();
    }

    @Test
    void whatWasBackedUpAndDamagedComesBackByteForByte() throws IOException {
        Path tree = grow("web1", "/srv/data", 3_000_000);
        String before = seen(tree);
        must(demo.shell("backup", "run", "files", "--host", "web1", "--path", "/srv/data"));
        Files.delete(tree.resolve("sub/deep/with blanks"));
        Files.delete(tree.resolve("link"));
        Files.writeString(tree.resolve("noise"), "broken");
        assertThat(seen(tree)).isNotEqualTo(before);

        must(demo.shell("backup", "restore", "--host", "web1", "--path", "/srv/data", "--latest"));
        assertThat(seen(tree)).isEqualTo(before);

        must(demo.shell(
                "backup", "restore", "--host", "web1", "--latest", "--to-host", "web2", "--to", "/srv/of-web1"));
        assertThat(seen(demo.file("web2", "/srv/of-web1/srv/data"))).isEqualTo(before);

        JsonNode list = demo.json("backup", "list", "--host", "web1");
        assertThat(list.path(0).path("state").asString()).isEqualTo("ok");
        must(demo.shell("backup", "check"));
        must(demo.shell("backup", "drill", "--host", "web1"));
        must(demo.shell("backup", "prune"));
        assertThat(demo.shell("audit").output()).contains("backup.run", "backup.restore", "backup.prune");
    }

    @Test
    void aHostRestoresNoBackupOfAnotherUnderItsOwnName() throws IOException {
        grow("db1", "/srv/mine", 10_000);
        must(demo.shell("backup", "run", "files", "--host", "db1", "--path", "/srv/mine"));
        grow("web2", "/srv/yours", 10_000);
        must(demo.shell("backup", "run", "files", "--host", "web2", "--path", "/srv/yours"));
        String id =
                demo.json("backup", "list", "--host", "db1").path(0).path("id").asString();
        Ran ran = demo.shell("backup", "restore", "--host", "web2", "--snapshot", id);
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.output()).contains("there is no snapshot");
    }

    @Test
    void killedAgentAndKilledOrchestratorCostNoBackup() throws IOException {
        Path tree = grow("db1", "/srv/big", 60_000_000);
        String before = seen(tree);
        long agent = demo.pid("db1");
        assertThat(killedInTheMiddle("db1", "db1")).isEqualTo("failed");
        Await.until("another agent runs", LIMIT, () -> demo.pid("db1") != agent);
        long orchestrator = demo.pid("orchestrator");
        killedInTheMiddle("db1", "orchestrator");
        Await.until("another orchestrator runs", LIMIT, () -> demo.pid("orchestrator") != orchestrator);
        demo.api().awaitInSync(3, LIMIT);

        Await.until(
                "a backup is made",
                LIMIT,
                () -> demo.shell("backup", "run", "files", "--host", "db1", "--path", "/srv/big")
                                .status()
                        == 0);
        Files.delete(tree.resolve("noise"));
        must(demo.shell("backup", "restore", "--host", "db1", "--path", "/srv/big", "--latest"));
        assertThat(seen(tree)).isEqualTo(before);
        must(demo.shell("backup", "check", "--host", "db1"));
    }

    /** Begins a slow backup, and kills a process when some of it is stored. How the task ended, if that can be known. */
    private static String killedInTheMiddle(String host, String process) {
        long id = Await.value("a backup is under way", LIMIT, () -> begun(host));
        Pids.signal("KILL", demo.pid(process));
        if (process.equals("orchestrator")) {
            return "";
        }
        return demo.api()
                .await(
                        "/backups/tasks/" + id,
                        LIMIT,
                        now -> !now.path("state").asString().equals("running"))
                .path("state")
                .asString();
    }

    /** An agent that just started may not listen yet; then another is begun. */
    private static long begun(String host) {
        long id = demo.api()
                .post("/backups/run", Map.of("host", host, "paths", List.of("/srv/big"), "limitKib", 4096))
                .path("id")
                .asLong();
        JsonNode task = demo.api()
                .await(
                        "/backups/tasks/" + id,
                        LIMIT,
                        now -> now.path("added").asLong() > 10_000_000
                                || !now.path("state").asString().equals("running"));
        if (!task.path("state").asString().equals("running")) {
            throw new IllegalStateException(task.toString());
        }
        return id;
    }
}
