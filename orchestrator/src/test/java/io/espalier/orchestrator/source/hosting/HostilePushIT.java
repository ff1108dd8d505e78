package io.espalier.orchestrator.source.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.GitCli;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.git.PackLimits;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a push may not bring in, and what happens then: a clear refusal, and nothing else. */
class HostilePushIT {

    private static final SourceName FLEET = new SourceName("fleet");
    private static final PushRules SMALL = new PushRules(
            new PackLimits(4 << 20, 150_000, 1 << 20, Duration.ofMinutes(2)),
            100_000,
            false,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30));

    @TempDir
    private Path folder;

    private HostedServer server;
    private GitCli work;
    private String before;

    @BeforeEach
    void start() throws Exception {
        server = new HostedServer(folder, SMALL);
        Path content = Files.createDirectories(folder.resolve("content"));
        Files.writeString(content.resolve("fleet.yaml"), "fleet: shop\n");
        server.repositories.create(FLEET, content);
        work = GitCli.clone(server.url("fleet"), folder.resolve("work"));
        before = work.head();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void symbolicLinkIsRefusedByPath() throws Exception {
        Files.createSymbolicLink(work.folder().resolve("shadow"), Path.of("fleet.yaml"));
        work.commit("Trap");
        assertRefused("remote: shadow is a symbolic link; links are not followed");
    }

    @Test
    void submoduleIsRefusedByPath() {
        work.run("update-index", "--add", "--cacheinfo", "160000," + "1".repeat(40) + ",units/sub")
                .mustSucceed();
        work.run("commit", "-q", "-m", "Trap").mustSucceed();
        assertRefused("remote: units/sub is a submodule; submodules are not followed");
    }

    @Test
    void namesThatDifferInCaseOnlyAreRefused() throws Exception {
        work.write("units/Web.yaml", "a").write("units/web.yaml", "b").commit("Trap");
        assertRefused("remote: units/web.yaml differs from 'units/Web.yaml' in upper and lower case only");
    }

    @Test
    void controlCharacterInANameIsRefusedAndNotPrinted() throws Exception {
        work.write("units/a\u001b[2Jb.yaml", "a").commit("Trap");
        var push = assertRefused("remote: units/a?[2Jb.yaml has a control character in its name");
        assertThat(push.output()).doesNotContain("\u001b[2J");
    }

    @Test
    void nameThatLeavesItsFolderIsRefused() throws Exception {
        pushTree("../escaped");
        assertRefused("../escaped");
        pushTree("..");
        assertRefused("a file may not be called '..'");
        assertThat(folder.resolve("git/escaped")).doesNotExist();
        assertThat(folder.resolve("escaped")).doesNotExist();
    }

    @Test
    void gitFolderInsideATreeIsRefused() throws Exception {
        pushTree(".git");
        assertRefused("no file or folder may be called '.git'");
        pushTree(".GIT");
        assertRefused("no file or folder may be called '.git'");
    }

    @Test
    void nameThatIsNotUnicodeIsRefused() throws Exception {
        pushTree(new byte[] {'a', (byte) 0xff, 'b'});
        assertRefused("has a name that is not UTF-8");
    }

    @Test
    void brokenObjectIsRefused() throws Exception {
        try (var repository = new FileRepository(work.folder().resolve(".git").toFile());
                ObjectInserter inserter = repository.newObjectInserter()) {
            ObjectId blob = inserter.insert(Constants.OBJ_BLOB, new byte[] {1});
            // Not in order
            ObjectId tree = inserter.insert(Constants.OBJ_TREE, entries(blob, new byte[] {'b'}, new byte[] {'a'}));
            commit(repository, inserter, tree);
        }
        assertRefused("incorrectly sorted");
    }

    @Test
    void hundredThousandFilesAreTakenAndOneMoreIsNot() throws Exception {
        manyFiles(100_000 - 1);
        work.run("push", "-q", "origin", "main").mustSucceed();
        before = work.head();
        manyFiles(100_001 - 1);
        assertRefused("remote: the repository has more than 100000 files");
    }

    @Test
    void packOverItsLimitIsRefusedWithoutKeepingIt() throws Exception {
        for (int i = 0; i < 30; i++) {
            random("data/" + i, 900_000, i);
        }
        work.commit("Too much");
        long used = size(folder.resolve("git"));
        var push = work.run("push", "origin", "main");
        assertThat(push.status()).isNotZero();
        assertThat(push.output()).contains("the pack is over 4 MB");
        assertThat(served()).isEqualTo(before);
        assertThat(size(folder.resolve("git"))).isLessThan(used + 100_000);
    }

    @Test
    void objectOverItsLimitIsRefused() throws Exception {
        Files.write(work.folder().resolve("zeros"), new byte[3 << 20]);
        work.commit("One large file");
        var push = work.run("push", "origin", "main");
        assertThat(push.status()).isNotZero();
        assertThat(push.output()).containsIgnoringCase("object too large");
        assertThat(served()).isEqualTo(before);
    }

    @Test
    void tooManyObjectsAreRefusedBeforeTheyAreRead() throws Exception {
        manyFiles(150_001);
        var push = work.run("push", "origin", "main");
        assertThat(push.status()).isNotZero();
        assertThat(push.output()).contains("objects (at most 150000)");
        assertThat(served()).isEqualTo(before);
    }

    @Test
    void historyOfAFollowedRefCannotBeTakenBack() throws Exception {
        work.write("a", "1").commit("One");
        work.run("push", "-q", "origin", "main").mustSucceed();
        before = work.head();
        work.run("commit", "-q", "--amend", "-m", "Other").mustSucceed();
        var push = work.run("push", "--force", "origin", "main");
        assertThat(push.output())
                .contains("remote: refs/heads/main is followed by the fleet")
                .contains("! [remote rejected] main -> main (protected: no force-push, no delete)");
        assertThat(work.run("push", "origin", ":main").output()).contains("protected: no force-push, no delete");
        assertThat(served()).isEqualTo(before);
    }

    @Test
    void whereRewritesAreAllowedTheOldCommitStaysReadableAndOutOfSight() throws Exception {
        server.close();
        var lax = new PushRules(SMALL.limits(), 100, true, SMALL.checkTime(), SMALL.followTime());
        server = new HostedServer(folder, lax);
        work.run("remote", "set-url", "origin", server.url("fleet")).mustSucceed();
        String old = work.write("a", "1").commit("One");
        work.run("push", "-q", "origin", "main").mustSucceed();
        work.run("commit", "-q", "--amend", "-m", "Other").mustSucceed();
        work.run("push", "-q", "--force", "origin", "main").mustSucceed();
        var repository = server.repositories.find(FLEET).orElseThrow();
        assertThat(repository.resolve("refs/espalier/kept/" + old)).isNotNull();
        assertThat(work.run("ls-remote", "origin").output())
                .doesNotContain("espalier")
                .contains("refs/heads/main");
        assertThat(work.run("-c", "protocol.version=0", "ls-remote", "origin").output())
                .doesNotContain("espalier");
    }

    /** A blob of 2 GB, told in the pack's first object and sent to its end: read past, never held. */
    @Test
    @Tag("long")
    void pushOfTwoGigabytesIsRefusedInBoundedMemory() throws Exception {
        long body = 2L << 30;
        try (Socket socket = new Socket("127.0.0.1", server.port());
                OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
                InputStream in = socket.getInputStream()) {
            socket.setSoTimeout(120_000);
            String command = "0".repeat(40) + " " + "1".repeat(40) + " refs/heads/big\0 report-status side-band-64k\n";
            String lines = String.format("%04x%s0000", command.length() + 4, command);
            var head = new ByteArrayOutputStream();
            head.writeBytes(lines.getBytes(StandardCharsets.ISO_8859_1));
            head.writeBytes(new byte[] {'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 0, 0, 1});
            // A blob of 2^31 bytes: type 3, then seven bits of the size a byte
            head.writeBytes(new byte[] {(byte) 0xb0, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x40});
            head.writeBytes(new byte[] {0x78, (byte) 0x9c});
            long length = head.size() + body;
            String auth = Base64.getEncoder().encodeToString("ann:secret".getBytes(StandardCharsets.US_ASCII));
            out.write(("POST /git/fleet.git/git-receive-pack HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + auth
                            + "\r\nContent-Type: application/x-git-receive-pack-request\r\nContent-Length: " + length
                            + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(head.toByteArray());
            byte[] chunk = new byte[1 << 20];
            System.gc();
            long before = used();
            long most = before;
            for (long sent = 0; sent < body; sent += chunk.length) {
                out.write(chunk);
                most = Math.max(most, sent % (64 << 20) == 0 ? used() : 0);
            }
            out.flush();
            String answer = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).contains("200").containsIgnoringCase("object too large");
            assertThat(most - before).isLessThan(200 << 20);
        }
        assertThat(size(folder.resolve("git"))).isLessThan(200_000);
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    void otherBranchesAreTakenWithoutARollout() throws Exception {
        work.run("checkout", "-q", "-b", "topic").mustSucceed();
        work.write("a", "1").commit("One");
        var push = work.run("push", "origin", "topic").mustSucceed();
        assertThat(push.output()).doesNotContain("applied");
        work.run("commit", "-q", "--amend", "-m", "Other").mustSucceed();
        work.run("push", "--force", "origin", "topic").mustSucceed();
        work.run("push", "origin", ":topic").mustSucceed();
        assertThat(server.pushed).isEmpty();
    }

    @Test
    void onlyBranchesAndTagsCanBePushed() throws Exception {
        var push = work.run("push", "origin", "HEAD:refs/espalier/kept/x");
        assertThat(push.output()).contains("only branches and tags can be pushed");
    }

    @Test
    void strangersAndReadersCannotPush() throws Exception {
        work.write("a", "1").commit("One");
        String port = "127.0.0.1:" + server.port() + "/git/";
        assertThat(work.run("push", "http://ann:wrong@" + port + "fleet.git", "main")
                        .status())
                .isNotZero();
        assertThat(work.run("ls-remote", "http://" + port + "fleet.git").status())
                .isNotZero();
        var reader = work.run("push", "http://reader:secret@" + port + "fleet.git", "main");
        assertThat(reader.output()).contains("reader may not push to fleet");
        work.run("ls-remote", "http://reader:secret@" + port + "fleet.git").mustSucceed();
        for (String path : List.of("nowhere.git", "..%2ffleet.git", ".git", "fleet.git/config", "")) {
            assertThat(work.run("ls-remote", "http://ann:secret@" + port + path).status())
                    .as(path)
                    .isNotZero();
        }
        assertThat(served()).isEqualTo(before);
    }

    private GitCli.Result assertRefused(String message) {
        var push = work.run("push", "--force", "origin", "main");
        assertThat(push.status()).as(push.output()).isNotZero();
        assertThat(push.output())
                .contains(message)
                .contains("nothing was changed")
                .contains("[remote rejected]");
        assertThat(served()).isEqualTo(before);
        assertThat(server.pushed).doesNotHaveDuplicates();
        return push;
    }

    private void pushTree(String name) throws IOException {
        pushTree(name.getBytes(StandardCharsets.UTF_8));
    }

    /** Puts a commit on the branch whose tree has one file of this name, which git itself would not write. */
    private void pushTree(byte[] name) throws IOException {
        try (var repository = new FileRepository(work.folder().resolve(".git").toFile());
                ObjectInserter inserter = repository.newObjectInserter()) {
            ObjectId blob = inserter.insert(Constants.OBJ_BLOB, new byte[] {1});
            commit(repository, inserter, inserter.insert(Constants.OBJ_TREE, entries(blob, name)));
        }
    }

    private static byte[] entries(ObjectId blob, byte[]... names) {
        var tree = new ByteArrayOutputStream();
        for (byte[] name : names) {
            tree.writeBytes("100644 ".getBytes(StandardCharsets.US_ASCII));
            tree.writeBytes(name);
            tree.write(0);
            byte[] id = new byte[20];
            blob.copyRawTo(id, 0);
            tree.writeBytes(id);
        }
        return tree.toByteArray();
    }

    private void commit(FileRepository repository, ObjectInserter inserter, ObjectId tree) throws IOException {
        var commit = new CommitBuilder();
        commit.setTreeId(tree);
        commit.setParentId(ObjectId.fromString(before));
        commit.setAuthor(new PersonIdent("Eve", "eve@example.net"));
        commit.setCommitter(commit.getAuthor());
        commit.setMessage("Trap");
        ObjectId id = inserter.insert(commit);
        inserter.flush();
        var main = repository.updateRef("refs/heads/main");
        main.setNewObjectId(id);
        main.forceUpdate();
    }

    /** Commits this many files besides the first, without touching a disk for each. */
    private void manyFiles(int count) throws IOException {
        var stream = new StringBuilder("commit refs/heads/main\ncommitter Ann <ann@example.net> 1700000000 +0000\n"
                + "data 4\nMany\nfrom refs/heads/main^0\n");
        for (int i = 0; i < count; i++) {
            String text = "f" + i;
            stream.append("M 100644 inline many/")
                    .append(i % 100)
                    .append('/')
                    .append(i)
                    .append("\ndata ");
            stream.append(text.length()).append('\n').append(text).append('\n');
        }
        work.feed(stream.toString(), "fast-import", "--quiet", "--force").mustSucceed();
    }

    private void random(String path, int size, long seed) throws IOException {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        Path file = work.folder().resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }

    private static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private String served() {
        try {
            return server.repositories
                    .find(FLEET)
                    .orElseThrow()
                    .resolve("refs/heads/main")
                    .name();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
