package io.espalier.backup.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.espalier.backup.linux.Linux;
import io.espalier.backup.linux.Names;
import io.espalier.backup.repository.ByteSource;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Session;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.repository.Verdict;
import io.espalier.backup.restore.Restore;
import io.espalier.backup.testing.TestRepository;
import io.espalier.testkit.Ran;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesBackupTest {

    @TempDir
    Path dir;

    private Path restored(Path original) {
        return dir.resolve("back").resolve(original.toString().substring(1));
    }

    @Test
    void attributesAndAclsComeBack() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Files.writeString(tree.resolve("f"), "x");
        Ran acl = Ran.of(
                Duration.ofSeconds(10),
                "setfacl",
                "-m",
                "u:1234:rw,m::rw",
                tree.resolve("f").toString());
        assumeThat(acl.status()).as("setfacl: " + acl.output()).isZero();
        try (var linux = new Linux()) {
            int fd = linux.openRoot(Names.of(tree.toString()));
            linux.setAttribute(fd, "f", new Linux.Attribute("user.note", new byte[] {1, 0, 2}), "f");
            linux.setAttribute(fd, "f", new Linux.Attribute("user.empty", new byte[0]), "f");
            linux.close(fd);
        }
        var repository = new TestRepository(dir, InstantSource.system());
        Restore.Result back = repository.restore(repository.backup(tree).snapshot(), dir.resolve("back"));
        assertThat(back.problems()).isEmpty();
        String path = restored(tree).resolve("f").toString();
        assertThat(Ran.of(Duration.ofSeconds(10), "getfacl", "-cnp", path).output())
                .isEqualTo(Ran.of(
                                Duration.ofSeconds(10),
                                "getfacl",
                                "-cnp",
                                tree.resolve("f").toString())
                        .output())
                .contains("user:1234:rw-");
        try (var linux = new Linux()) {
            int fd = linux.openRoot(Names.of(restored(tree).toString()));
            assertThat(linux.attributes(fd, "f", "f").stream().map(Linux.Attribute::name))
                    .contains("user.note", "user.empty", "system.posix_acl_access");
            linux.close(fd);
        }
    }

    @Test
    void devicesAndOwnersComeBackForRoot() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Ran made = Ran.of(Duration.ofSeconds(10), "mknod", tree.resolve("null").toString(), "c", "1", "3");
        assumeThat(made.status()).as("mknod: " + made.output()).isZero();
        Ran.of(Duration.ofSeconds(10), "mknod", tree.resolve("loop").toString(), "b", "7", "300");
        Ran.of(
                Duration.ofSeconds(10),
                "chown",
                "-h",
                "1234:4321",
                tree.resolve("null").toString());
        var repository = new TestRepository(dir, InstantSource.system());
        repository.restore(repository.backup(tree).snapshot(), dir.resolve("back"));
        String format = "%F %t %T %u %g %a";
        for (String name : List.of("null", "loop")) {
            assertThat(Ran.of(
                                    Duration.ofSeconds(10),
                                    "stat",
                                    "-c",
                                    format,
                                    restored(tree).resolve(name).toString())
                            .output())
                    .isEqualTo(Ran.of(
                                    Duration.ofSeconds(10),
                                    "stat",
                                    "-c",
                                    format,
                                    tree.resolve(name).toString())
                            .output());
        }
    }

    @Test
    void namesThatAreNoUtf8ComeBack() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Ran made =
                Ran.of(Duration.ofSeconds(10), "sh", "-c", "cd '" + tree + "' && printf x > \"$(printf 'caf\\351')\"");
        assumeThat(made.status()).as(made.output()).isZero();
        var repository = new TestRepository(dir, InstantSource.system());
        repository.restore(repository.backup(tree).snapshot(), dir.resolve("back"));
        try (var linux = new Linux()) {
            int fd = linux.openRoot(Names.of(restored(tree).toString()));
            assertThat(linux.list(fd, "back")).containsExactly("caf\u00e9");
            linux.close(fd);
        }
    }

    @Test
    void holesStayHoles() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        try (var file = new RandomAccessFile(tree.resolve("sparse").toFile(), "rw")) {
            file.setLength(1L << 30);
            file.seek(500 << 20);
            file.write(new byte[] {1, 2, 3});
        }
        var repository = new TestRepository(dir, InstantSource.system());
        FilesBackup.Result done = repository.backup(tree);
        assumeThat(done.read()).as("a file system with holes").isLessThan(1 << 20);
        repository.restore(done.snapshot(), dir.resolve("back"));
        Path back = restored(tree).resolve("sparse");
        assertThat(Files.size(back)).isEqualTo(1L << 30);
        assertThat(Long.parseLong(Ran.of(Duration.ofSeconds(10), "stat", "-c", "%b", back.toString())
                                .output())
                        * 512)
                .isLessThan(1 << 20);
        try (var file = new RandomAccessFile(back.toFile(), "r")) {
            file.seek(500 << 20);
            assertThat(List.of(file.read(), file.read(), file.read(), file.read()))
                    .containsExactly(1, 2, 3, 0);
        }
    }

    @Test
    void aFileThatChangesWhileItIsReadIsSaidToAndFailsAStrictBackup() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Path busy = tree.resolve("busy");
        Files.write(busy, new byte[40 << 20]);
        var stop = new AtomicBoolean();
        Thread writer = Thread.ofPlatform().start(() -> {
            try (var file = new RandomAccessFile(busy.toFile(), "rw")) {
                while (!stop.get()) {
                    file.seek(0);
                    file.write(1);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            var repository = new TestRepository(dir, InstantSource.system());
            var plan = new FilesPlan(
                    "host", "files", List.of(tree), Excludes.NONE, List.of(), false, true, Optional.empty());
            try (Session session = repository.session()) {
                FilesBackup.Result result = FilesBackup.run(plan, session, repository.clock, Progress.NONE);
                assertThat(result.notes()).singleElement().asString().endsWith("busy changed while it was read");
                assertThat(result.snapshot().outline().failure().map(Verdict.Failed::reason))
                        .contains("CHANGED_WHILE_READ");
            }
        } finally {
            stop.set(true);
            writer.join();
        }
    }

    @Test
    void aRootThatIsNotThereFailsWithoutASnapshot() throws Exception {
        var repository = new TestRepository(dir, InstantSource.system());
        assertThatThrownBy(() -> repository.backup(dir.resolve("missing"))).hasMessageContaining("there is no");
        assertThat(Repository.outlines(repository.store).snapshots()).isEmpty();
    }

    private static ByteSource source(String content, Verdict verdict) {
        return new ByteSource() {
            @Override
            public String name() {
                return "dump.sql";
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(content.getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public Verdict verdict() {
                return verdict;
            }
        };
    }

    private Snapshot stream(TestRepository repository, ByteSource source) throws Exception {
        try (Session session = repository.session()) {
            return StreamBackup.run("host", "mysql", source, session, repository.clock);
        }
    }

    @Test
    void aStreamIsGoodOnlyIfItsSourceSaysSo() throws Exception {
        var repository = new TestRepository(dir, InstantSource.system());
        Snapshot good = stream(repository, source("insert into t", new Verdict.Ok("trailer")));
        assertThat(good.outline().isGood()).isTrue();
        var out = new ByteArrayOutputStream();
        Restore.write(Repository.open(repository.store, repository.key), good, repository.identity, "dump.sql", out);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("insert into t");
        assertThat(stream(repository, source("half", new Verdict.Failed("EXIT_CODE", "exit 1")))
                        .outline()
                        .failure())
                .contains(new Verdict.Failed("EXIT_CODE", "exit 1"));
        assertThat(stream(repository, source("", new Verdict.Ok("exit 0")))
                        .outline()
                        .failure()
                        .map(Verdict.Failed::reason))
                .contains("EMPTY");
    }

    @Test
    void aStreamThatBreaksOffIsNotGood() throws Exception {
        var repository = new TestRepository(dir, InstantSource.system());
        var broken = new ByteSource() {
            @Override
            public String name() {
                return "dump";
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(new byte[1000]);
                throw new IOException("pipe closed");
            }

            @Override
            public Verdict verdict() {
                return new Verdict.Ok("never asked");
            }
        };
        assertThat(stream(repository, broken).outline().failure())
                .contains(new Verdict.Failed("SOURCE_FAILED", "pipe closed"));
    }

    @Test
    void patternsFitNamesAndPaths() {
        Excludes excludes =
                Excludes.of(List.of("*.log", "/var/cache/**", "home/*/tmp/", "node_modules/", "a?c", "/x/**/y"));
        assertThat(excludes.leaveOut("var/log/a.log", false)).isTrue();
        assertThat(excludes.leaveOut("var/cache/apt/x", false)).isTrue();
        assertThat(excludes.leaveOut("var/cache", true)).isFalse();
        assertThat(excludes.leaveOut("home/me/tmp", true)).isTrue();
        assertThat(excludes.leaveOut("home/me/tmp", false)).isFalse();
        assertThat(excludes.leaveOut("home/me/deep/tmp", true)).isFalse();
        assertThat(excludes.leaveOut("srv/app/node_modules", true)).isTrue();
        assertThat(excludes.leaveOut("abc", false)).isTrue();
        assertThat(excludes.leaveOut("abbc", false)).isFalse();
        assertThat(excludes.leaveOut("x/1/2/y", false)).isTrue();
        assertThat(excludes.leaveOut("x/y", false)).isTrue();
        assertThatThrownBy(() -> Excludes.of(List.of("/"))).hasMessageContaining("exclude");
    }
}
