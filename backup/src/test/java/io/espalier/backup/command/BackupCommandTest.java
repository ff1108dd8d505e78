package io.espalier.backup.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.crypt.AgeIdentity;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupCommandTest {

    @TempDir
    Path dir;

    private String out = "";
    private String err = "";

    private int run(String... words) {
        var outBytes = new ByteArrayOutputStream();
        var errBytes = new ByteArrayOutputStream();
        Map<String, String> environment = Map.of(
                "ESPALIER_BACKUP_REPO", dir.resolve("repository").toString(),
                "ESPALIER_BACKUP_KEY", dir.resolve("client.key").toString(),
                "XDG_STATE_HOME", dir.resolve("state").toString());
        int status = new BackupCommand(
                        environment,
                        new PrintStream(outBytes, true, StandardCharsets.UTF_8),
                        new PrintStream(errBytes, true, StandardCharsets.UTF_8),
                        false,
                        InstantSource.system())
                .run(List.of(words));
        out = outBytes.toString(StandardCharsets.UTF_8);
        err = errBytes.toString(StandardCharsets.UTF_8);
        return status;
    }

    private String identity() {
        return dir.resolve("identity").toString();
    }

    @Test
    void theKeyMayBeGivenWhereItIsNotNeededAndOneIsNotMany() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        String key = dir.resolve("client.key").toString();
        assertThat(run("init", "--identity", identity())).as(err).isZero();
        assertThat(run("run", tree.toString(), "--key", key)).as(err).isZero();
        assertThat(run("list", "--key", key)).as(err).isZero();
        assertThat(run("check", "--key", key)).as(err).isZero();
        assertThat(out).startsWith("1 snapshot, ");
        assertThat(run("prune", "--key", key)).as(err).isZero();
    }

    @Test
    void aProgramsOutputIsBackedUp() throws Exception {
        assertThat(run("init", "--identity", identity())).as(err).isZero();
        assertThat(run("run", "--kind", "command", "--source", "words", "--", "echo", "hello"))
                .as(err)
                .isZero();
        assertThat(run("list", "--source", "words")).isZero();
        assertThat(out).contains("words").contains(" ok");
        assertThat(run("run", "--kind", "command", "--source", "words", "--", "false"))
                .isEqualTo(BackupCommand.FAILED);
        assertThat(err).contains("TOOL_FAILED");
    }

    @Test
    void aRepositoryInS3IsRefusedInPlainWords() {
        assertThat(run("list", "--repo", "s3://host/bucket")).isEqualTo(BackupCommand.USAGE);
        assertThat(err).contains("a repository in S3 is not offered yet");
    }

    @Test
    void aStoryFromInitToPrune() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Files.writeString(tree.resolve("a"), "one");
        assertThat(run("init", "--identity", identity())).as(err).isZero();
        assertThat(run("run", tree.toString(), "--host", "web1")).as(err).isZero();
        assertThat(out).startsWith("snapshot ").contains("entries");
        assertThat(run("list")).isZero();
        assertThat(out).contains("web1").contains(" ok");
        assertThat(run("show", "latest", tree.toString(), "--identity", identity()))
                .as(err)
                .isZero();
        assertThat(out).contains(tree + "/a");
        assertThat(run("show", "latest", tree + "/a", "--content", "--identity", identity()))
                .as(err)
                .isZero();
        assertThat(out).isEqualTo("one");
        assertThat(run("restore", "latest", "--to", dir.resolve("back").toString(), "--identity", identity()))
                .as(err)
                .isZero();
        assertThat(dir.resolve("back").resolve(tree.toString().substring(1)).resolve("a"))
                .hasContent("one");
        assertThat(run("check", "--identity", identity())).as(err).isZero();
        assertThat(out).endsWith("sound\n");
        Files.writeString(tree.resolve("a"), "two");
        assertThat(run("run", tree.toString(), "--host", "web1", "--output", "json"))
                .as(err)
                .isZero();
        assertThat(out).startsWith("{\"snapshot\":\"").contains("\"good\":true");
        assertThat(run("forget", "--keep-last", "1")).isZero();
        assertThat(out).contains("remove").contains("nothing removed");
        assertThat(run("forget", "--keep-last", "1", "--yes")).isZero();
        assertThat(run("prune", "--grace", "0h")).isZero();
        assertThat(run("prune", "--grace", "0h")).isZero();
        assertThat(out).doesNotStartWith("0 packs removed");
        assertThat(run("check", "--identity", identity())).as(err).isZero();
        assertThat(run("repair", "--to", dir.resolve("copy").toString()))
                .as(err)
                .isZero();
    }

    @Test
    void whatMakesNoSenseIsSaidToAndDoesNothing() {
        var wrong = new ArrayList<List<String>>(List.of(
                List.of("frobnicate"),
                List.of("init"),
                List.of("run", "--nonsense"),
                List.of("run", "/etc", "--exclude"),
                List.of("run"),
                List.of("forget"),
                List.of("key"),
                List.of("restore", "latest")));
        assertThat(run("init", "--identity", identity())).isZero();
        for (List<String> words : wrong.subList(2, wrong.size())) {
            assertThat(run(words.toArray(String[]::new))).as(words.toString()).isEqualTo(2);
            assertThat(err).startsWith("espalier backup: ").contains("--help");
        }
        assertThat(run("frobnicate")).isEqualTo(2);
    }

    @Test
    void aSecondInitAndAMissingRepositoryAreErrors() {
        assertThat(run("list")).isEqualTo(1);
        assertThat(err).contains("there is no repository");
        assertThat(run("init", "--identity", identity())).isZero();
        assertThat(run("init", "--identity", identity() + "2")).isEqualTo(1);
        assertThat(err).contains("already");
    }

    @Test
    void keyFilesAreForTheirOwnerOnlyAndNoSecretIsPrinted() throws Exception {
        run("init", "--identity", identity());
        for (String name : List.of("client.key", "identity")) {
            assertThat(Files.getPosixFilePermissions(dir.resolve(name))).hasSize(2);
            for (String line : Files.readAllLines(dir.resolve(name))) {
                if (line.startsWith("AGE-SECRET") || line.startsWith("secret")) {
                    assertThat(out + err).doesNotContain(line.replace("secret: ", ""));
                }
            }
        }
        Files.setPosixFilePermissions(dir.resolve("client.key"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(run("run", dir.toString())).isEqualTo(1);
        assertThat(err).contains("can be read by everybody");
    }

    @Test
    void theWrongIdentityOpensNothing() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        run("init", "--identity", identity());
        run("run", tree.toString());
        Path other = dir.resolve("other");
        Places.writeSecret(other, AgeIdentity.generate().identity().reveal());
        assertThat(run("restore", "latest", "--to", dir.resolve("b").toString(), "--identity", other.toString()))
                .isEqualTo(1);
        assertThat(err).contains("WRONG_KEY");
    }

    @Test
    void anotherClientHasChunksOfItsOwn() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Files.write(tree.resolve("f"), new byte[100_000]);
        run("init", "--identity", identity());
        run("run", tree.toString(), "--host", "one");
        Path second = dir.resolve("second.key");
        assertThat(run("key", "add", "--key", second.toString(), "--label", "second"))
                .as(err)
                .isZero();
        assertThat(run("key", "list")).isZero();
        assertThat(out).contains("second").contains("default");
        assertThat(run("run", tree.toString(), "--host", "two", "--key", second.toString(), "--output", "json"))
                .as(err)
                .isZero();
        assertThat(run(
                        "restore",
                        "latest",
                        "--host",
                        "two",
                        "--to",
                        dir.resolve("b").toString(),
                        "--identity",
                        identity()))
                .as(err)
                .isZero();
        assertThat(run("check", "--identity", identity())).as(err).isZero();
    }
}
