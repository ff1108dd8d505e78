package io.espalier.backup.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.files.FilesBackup;
import io.espalier.backup.repository.LocalObjectStore;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.restore.Restore;
import io.espalier.backup.testing.TestRepository;
import io.espalier.backup.testing.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every object of a small repository is damaged in every way; what comes back is right, or an error. */
class VandalismTest {

    @TempDir
    Path dir;

    private TestRepository repository;
    private Path store;
    private final List<Path> trees = new ArrayList<>();
    private final List<Snapshot> snapshots = new ArrayList<>();
    private int restores;
    private int failedRestores;

    @BeforeEach
    void twoSnapshotsOfTwoTrees() throws Exception {
        repository = new TestRepository(dir, InstantSource.system());
        store = dir.resolve("repository");
        for (int i = 0; i < 2; i++) {
            Path tree = Files.createDirectory(dir.resolve("tree" + i));
            byte[] bytes = new byte[60_000];
            new Random(i).nextBytes(bytes);
            Files.write(tree.resolve("random"), bytes);
            Files.writeString(tree.resolve("text"), "some text of tree " + i + "\n".repeat(5000));
            Files.createSymbolicLink(tree.resolve("link"), Path.of("text"));
            trees.add(tree);
            FilesBackup.Result done = repository.backup(tree);
            snapshots.add(done.snapshot());
        }
    }

    private List<Path> objects() throws IOException {
        try (var walk = Files.walk(store)) {
            return walk.filter(path -> Files.isRegularFile(path)
                            && path.getFileName().toString().length() == 64)
                    .sorted()
                    .toList();
        }
    }

    private Check.Report check() throws IOException {
        return new Check(
                        repository.store,
                        Optional.of(repository.key),
                        Optional.of(repository.identity),
                        1,
                        new Random(1),
                        (what, done, all) -> {})
                .run();
    }

    /** Restores both snapshots; gives for each whether it came back whole. Fails the test if anything wrong came back. */
    private boolean[] restoreBoth() throws Exception {
        var whole = new boolean[2];
        for (int i = 0; i < 2; i++) {
            Path back = dir.resolve("back" + restores++);
            Path restored = back.resolve(trees.get(i).toString().substring(1));
            try {
                Restore.Result result = repository.restore(snapshots.get(i), back);
                whole[i] = result.isWhole();
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
            if (Files.exists(restored)) {
                Map<String, String> wanted = Trees.seen(trees.get(i));
                Trees.seen(restored).forEach((name, seen) -> {
                    if (!name.isEmpty()) {
                        assertThat(seen).as(name).isEqualTo(wanted.get(name));
                    }
                });
                if (whole[i]) {
                    assertThat(Trees.seen(restored).keySet()).isEqualTo(wanted.keySet());
                }
            } else {
                assertThat(whole[i]).isFalse();
            }
        }
        return whole;
    }

    @Test
    void nothingIsWrongBefore() throws Exception {
        assertThat(check().findings()).isEmpty();
        assertThat(restoreBoth()).containsOnly(true);
    }

    @Test
    void everyDamageOfEveryObjectIsNamedAndNeverBecomesWrongBytes() throws Exception {
        List<Path> objects = objects();
        int damages = 0;
        for (int i = 0; i < objects.size(); i++) {
            Path object = objects.get(i);
            byte[] original = Files.readAllBytes(object);
            boolean isPin = object.getParent().endsWith("pins");
            for (int at : new int[] {
                0, 9, 20, original.length / 3, original.length / 2, original.length - 20, original.length - 1
            }) {
                byte[] flipped = original.clone();
                flipped[Math.min(Math.max(at, 0), original.length - 1)] ^= 0x10;
                Files.write(object, flipped);
                damages += damaged(object, isPin);
            }
            for (int length : new int[] {0, 10, original.length - 1}) {
                Files.write(object, Arrays.copyOf(original, length));
                damages += damaged(object, isPin);
            }
            Path other = objects.get((i + 1) % objects.size());
            Files.write(object, Files.readAllBytes(other));
            damages += damaged(object, isPin);
            Files.write(object, original);
        }
        assertThat(damages).isEqualTo(objects.size() * 11);
        // Not all of them: the table at the end of a pack is not needed while there is an index.
        assertThat(failedRestores).isGreaterThan(30);
        assertThat(check().findings()).isEmpty();
    }

    private int damaged(Path object, boolean isPin) throws Exception {
        Check.Report report = check();
        assertThat(report.findings())
                .as(object.toString())
                .anyMatch(finding ->
                        finding.object().sha256Hex().equals(object.getFileName().toString()));
        boolean[] whole = restoreBoth();
        boolean concernsNone = isPin
                || object.getParent().endsWith("index")
                || object.getParent().endsWith("keys");
        if (concernsNone) {
            assertThat(whole).containsOnly(true);
        } else {
            assertThat(whole[0] || whole[1]).as("the other snapshot").isTrue();
            if (!(whole[0] && whole[1])) {
                failedRestores++;
            }
        }
        return 1;
    }

    @Test
    void everyObjectThatIsDeletedIsMissedWhereItMatters() throws Exception {
        for (Path object : objects()) {
            byte[] original = Files.readAllBytes(object);
            Files.delete(object);
            boolean[] whole = restoreBoth();
            if (object.getParent().endsWith("packs")) {
                assertThat(check().findings()).anyMatch(finding -> finding.why().contains("is missing"));
                assertThat(whole[0] ^ whole[1]).isTrue();
            } else if (object.getParent().endsWith("snapshots")) {
                assertThat(whole[0] ^ whole[1]).isTrue();
            } else {
                assertThat(whole).containsOnly(true);
            }
            Files.write(object, original);
        }
    }

    @Test
    void aRepairedCopyHoldsAllThatIsGoodAndTheDamagedOneIsLeftAsItWas() throws Exception {
        Path pack = repository.store.list(Kind.PACK).stream()
                .map(name -> store.resolve("packs").resolve(name.sha256Hex()))
                .filter(path -> snapshots.getFirst().outline().packs().stream()
                        .anyMatch(name ->
                                name.sha256Hex().equals(path.getFileName().toString())))
                .findFirst()
                .orElseThrow();
        byte[] bytes = Files.readAllBytes(pack);
        bytes[bytes.length / 2] ^= 1;
        Files.write(pack, bytes);
        for (Path object : objects()) {
            if (object.getParent().endsWith("index")) {
                Files.write(object, new byte[100]);
            }
        }
        Map<String, String> before = Trees.seen(store);
        var copy = LocalObjectStore.in(dir.resolve("copy"));
        Repair.Report report = new Repair(repository.store, copy, repository.key, (what, done, all) -> {}).run();
        assertThat(Trees.seen(store)).isEqualTo(before);
        assertThat(report.lost()).hasSize(3); // the pack and two indexes
        assertThat(report.whole()).containsExactly(snapshots.get(1));
        assertThat(report.incomplete()).containsExactly(snapshots.get(0));
        assertThat(Repository.open(copy, repository.key).chunks()).isPositive();
        var check = new Check(
                copy, Optional.of(repository.key), Optional.of(repository.identity), 1, new Random(1), (w, d, a) -> {});
        assertThat(check.run().findings())
                .allMatch(finding ->
                        finding.why().contains("is missing") || finding.why().contains("in no pack"));
    }
}
