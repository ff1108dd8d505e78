package io.espalier.backup.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.linux.Linux.Attribute;
import io.espalier.backup.linux.Linux.Extent;
import io.espalier.backup.linux.Status;
import io.espalier.backup.repository.ChunkId;
import io.espalier.backup.repository.Family;
import io.espalier.backup.repository.Session;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.restore.Restore;
import io.espalier.backup.testing.TestRepository;
import io.espalier.backup.testing.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that was taken over writes whatever it likes into its snapshots; nothing leaves the target folder. */
class HostileRestoreTest {

    private static final byte[] CONTENT = "hostile".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path dir;

    private TestRepository repository;
    private Path target;
    private Path outside;

    @BeforeEach
    void targetWithNeighbours() throws Exception {
        repository = new TestRepository(dir.resolve("home"), InstantSource.system());
        outside = Files.createDirectory(dir.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "precious");
        target = Files.createDirectory(dir.resolve("target"));
    }

    private static Node node(String path, int type, String to, List<ChunkId> chunks, long size, long group) {
        return new Node(path, type, 0644, 0, 0, 0, 0, List.of(), to, 0, size, group, false, List.of(), chunks);
    }

    /** Entries whose files have {@link #CONTENT}. */
    private Snapshot snapshot(List<Node> nodes) throws Exception {
        try (Session session = repository.session()) {
            session.store(Family.CONTENT, CONTENT, 0, CONTENT.length);
            var listing = new Listing.Writer(session);
            for (Node node : nodes) {
                listing.add(node);
            }
            var inside = new Snapshot.Inside(List.of("/"), listing.finish(), List.of());
            session.flush();
            return session.commit(new Session.Draft("host", "test", Optional.empty(), 1, 1, inside));
        }
    }

    private List<ChunkId> content() {
        return List.of(ChunkId.of(repository.key.chunkMac().doFinal(CONTENT)));
    }

    private Node file(String path) {
        return node(path, Status.FILE, "", content(), CONTENT.length, 0);
    }

    private static Node folder(String path) {
        return node(path, Status.FOLDER, "", List.of(), 0, 0);
    }

    private static Node link(String path, String to) {
        return node(path, Status.LINK, to, List.of(), 0, 0);
    }

    private Map<String, String> around() throws Exception {
        Map<String, String> seen = Trees.seen(outside);
        try (var names = Files.list(dir)) {
            seen.put(
                    "neighbours",
                    names.map(path -> path.getFileName().toString())
                            .sorted()
                            .toList()
                            .toString());
        }
        return seen;
    }

    private Restore.Result restore(Node... nodes) throws Exception {
        Map<String, String> before = around();
        Restore.Result result = repository.restore(snapshot(List.of(nodes)), target);
        assertThat(around()).isEqualTo(before);
        return result;
    }

    @Test
    void pathsThatLeaveTheTargetAreRefusedOneByOne() throws Exception {
        var bad = new ArrayList<String>(List.of(
                "..",
                "../evil",
                "a/../../evil",
                "/evil",
                "//evil",
                "a//evil",
                "a/./evil",
                ".",
                "a/",
                "a/..",
                "evil\0",
                "a/\0/b",
                "../../../../../../../../tmp/espalier-evil",
                "x".repeat(300),
                "a/" + "y".repeat(70_000)));
        var nodes = new ArrayList<Node>();
        nodes.add(folder("a"));
        bad.forEach(path -> nodes.add(file(path)));
        bad.forEach(path -> nodes.add(folder(path)));
        bad.forEach(path -> nodes.add(link(path, "/")));
        nodes.removeIf(node -> node.path().length() > 65_536);
        nodes.add(file("z"));
        Restore.Result result = restore(nodes.toArray(Node[]::new));
        assertThat(result.failed()).isEqualTo((bad.size() - 1) * 3L);
        assertThat(result.problems()).allMatch(problem -> problem.contains("refused"));
        assertThat(target.resolve("z")).hasContent("hostile");
        try (var names = Files.list(target)) {
            assertThat(names.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("a", "z");
        }
    }

    @Test
    void aLinkInTheSnapshotIsNeverWalkedThrough() throws Exception {
        Restore.Result result = restore(
                link("d", outside.toString()),
                file("d/precious"),
                folder("d/new"),
                link("up", ".."),
                file("up/evil"),
                link("d2", outside.toString()),
                folder("d2"),
                file("d2/precious"));
        assertThat(result.failed()).isEqualTo(5);
        assertThat(outside.resolve("precious")).hasContent("precious");
    }

    @Test
    void aLinkThatIsThereIsReplacedAndNotFollowed() throws Exception {
        Files.createSymbolicLink(target.resolve("f"), outside.resolve("precious"));
        Files.createSymbolicLink(target.resolve("g"), outside);
        Restore.Result result = restore(file("f"), file("g"));
        assertThat(result.isWhole()).isTrue();
        assertThat(target.resolve("f")).isRegularFile().hasContent("hostile");
        assertThat(Files.isSymbolicLink(target.resolve("f"))).isFalse();
        assertThat(outside.resolve("precious")).hasContent("precious");
    }

    @Test
    void aFolderThatIsALinkInTheTargetBarsTheWay() throws Exception {
        Files.createSymbolicLink(target.resolve("etc"), outside);
        Restore.Result result = restore(folder("etc"), file("etc/precious"), file("etc/new"));
        assertThat(result.failed()).isEqualTo(3);
    }

    @Test
    void aNameForAFileOutsideIsNotMadeByAHardLink() throws Exception {
        Files.createSymbolicLink(target.resolve("a"), outside);
        Restore.Result result = restore(
                node("a/precious", Status.FILE, "", content(), CONTENT.length, 7),
                node("b", Status.FILE, "", content(), CONTENT.length, 7));
        assertThat(result.failed()).isEqualTo(2);
        assertThat(target.resolve("b")).doesNotExist();
        assertThat(Files.getAttribute(outside.resolve("precious"), "unix:nlink"))
                .isEqualTo(1);
    }

    @Test
    void aFileWhoseChunksDoNotMakeItsSizeIsNotPutInPlace() throws Exception {
        Files.writeString(target.resolve("short"), "old");
        Restore.Result result = restore(
                node("short", Status.FILE, "", content(), 100, 0),
                node("long", Status.FILE, "", content(), 3, 0),
                node("none", Status.FILE, "", List.of(), 1L << 50, 0),
                node("unknown", Status.FILE, "", List.of(new ChunkId(1, 2, 3, 4)), 10, 0));
        assertThat(result.failed()).isEqualTo(4);
        assertThat(target.resolve("short")).hasContent("old");
        try (var names = Files.list(target)) {
            assertThat(names).containsExactly(target.resolve("short"));
        }
    }

    @Test
    void anAttributeThatTheKernelRefusesIsAProblemAndTheFileComesBack() throws Exception {
        var node = new Node(
                "f",
                Status.FILE,
                0600,
                0,
                0,
                0,
                0,
                List.of(new Attribute("nonsense.name", new byte[] {1}), new Attribute("user.big", new byte[60_000])),
                "",
                0,
                CONTENT.length,
                0,
                false,
                List.<Extent>of(),
                content());
        Restore.Result result = restore(node);
        assertThat(result.isWhole()).isFalse();
        assertThat(target.resolve("f")).hasContent("hostile");
    }

    @Test
    void somebodyWhoSwapsFoldersForLinksMeanwhileGainsNothing() throws Exception {
        var nodes = new ArrayList<Node>();
        for (int i = 0; i < 300; i++) {
            nodes.add(folder("d%03d".formatted(i)));
            nodes.add(file("d%03d/precious".formatted(i)));
            nodes.add(file("d%03d/x".formatted(i)));
        }
        var stop = new AtomicBoolean();
        Thread swapper = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                for (int i = 0; i < 300 && !stop.get(); i++) {
                    Path folder = target.resolve("d%03d".formatted(i));
                    Path aside = target.resolve("aside" + i);
                    try {
                        if (Files.isDirectory(folder) && !Files.isSymbolicLink(folder)) {
                            Files.move(folder, aside);
                            Files.createSymbolicLink(folder, outside);
                        }
                    } catch (IOException e) {
                        // lost this race
                    }
                }
            }
        });
        try {
            restore(nodes.toArray(Node[]::new));
        } finally {
            stop.set(true);
            swapper.join();
        }
        assertThat(outside.resolve("x")).doesNotExist();
        assertThat(outside.resolve("precious")).hasContent("precious");
    }
}
