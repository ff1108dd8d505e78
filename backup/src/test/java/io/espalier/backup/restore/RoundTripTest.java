package io.espalier.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.files.Excludes;
import io.espalier.backup.files.FilesBackup;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.testing.TestRepository;
import io.espalier.backup.testing.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {

    @TempDir
    Path dir;

    private Path below(Path target, Path original) {
        return target.resolve(original.toString().substring(1));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatComesBackIsWhatWasThere(long seed) throws Exception {
        Path tree = dir.resolve("tree");
        Trees.grow(tree, seed);
        var repository = new TestRepository(dir, InstantSource.system());
        FilesBackup.Result done = repository.backup(tree);
        assertThat(done.notes()).isEmpty();
        assertThat(done.snapshot().outline().isGood()).isTrue();
        Restore.Result back = repository.restore(done.snapshot(), dir.resolve("back"));
        assertThat(back.problems()).isEmpty();
        assertThat(Trees.seen(below(dir.resolve("back"), tree))).isEqualTo(Trees.seen(tree));
    }

    @Test
    void unchangedFilesAreNotReadAgain() throws Exception {
        Path tree = dir.resolve("tree");
        Trees.grow(tree, 11);
        var later = InstantSource.offset(InstantSource.system(), Duration.ofMinutes(1));
        var repository = new TestRepository(dir, later);
        FilesBackup.Result first = repository.backup(tree);
        FilesBackup.Result second = repository.backup(tree);
        assertThat(first.read()).isPositive();
        assertThat(second.read()).isZero();
        assertThat(second.snapshot().outline().added()).isLessThan(5000 + first.entries() * 4);
        repository.restore(second.snapshot(), dir.resolve("back"));
        assertThat(Trees.seen(below(dir.resolve("back"), tree))).isEqualTo(Trees.seen(tree));
    }

    @Test
    void aFileChangedJustNowIsReadAgainThoughItsTimesAreTheSame() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Files.writeString(tree.resolve("a"), "one");
        Instant changed = Instant.parse(
                Files.getAttribute(tree.resolve("a"), "unix:ctime").toString());
        var repository = new TestRepository(dir, () -> changed.plusMillis(5));
        repository.backup(tree);
        assertThat(repository.backup(tree).read()).isEqualTo(3);
    }

    @Test
    void aCachedFileWhoseChunkTheRepositoryLostIsReadAgain() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Files.writeString(tree.resolve("a"), "one");
        var later = InstantSource.offset(InstantSource.system(), Duration.ofMinutes(1));
        var repository = new TestRepository(dir, later);
        repository.backup(tree);
        for (var pack : repository.store.list(ObjectName.Kind.PACK)) {
            repository.store.delete(pack);
        }
        FilesBackup.Result again = repository.backup(tree);
        assertThat(again.read()).isEqualTo(3);
        repository.restore(again.snapshot(), dir.resolve("back"));
        assertThat(below(dir.resolve("back"), tree).resolve("a")).hasContent("one");
    }

    @Test
    void onePathComesBackAlone() throws Exception {
        Path tree = dir.resolve("tree");
        Files.createDirectories(tree.resolve("a/b"));
        Files.writeString(tree.resolve("a/b/c"), "wanted");
        Files.writeString(tree.resolve("a/d"), "not wanted");
        var repository = new TestRepository(dir, InstantSource.system());
        FilesBackup.Result done = repository.backup(tree);
        Restore.Result back = repository.restore(done.snapshot(), dir.resolve("back"), tree + "/a/b");
        assertThat(back.isWhole()).isTrue();
        Path restored = below(dir.resolve("back"), tree);
        assertThat(restored.resolve("a/b/c")).hasContent("wanted");
        assertThat(restored.resolve("a/d")).doesNotExist();
    }

    @Test
    void oneNameOfAFileWithSeveralComesBackWithItsContent() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Files.writeString(tree.resolve("a"), "content");
        Files.createLink(tree.resolve("b"), tree.resolve("a"));
        var repository = new TestRepository(dir, InstantSource.system());
        FilesBackup.Result done = repository.backup(tree);
        assertThat(repository
                        .restore(done.snapshot(), dir.resolve("back"), tree + "/b")
                        .problems())
                .isEmpty();
        assertThat(below(dir.resolve("back"), tree).resolve("b")).hasContent("content");
    }

    @Test
    void restoringOverWhatIsThereReplacesIt() throws Exception {
        Path tree = dir.resolve("tree");
        Trees.grow(tree, 3);
        var repository = new TestRepository(dir, InstantSource.system());
        FilesBackup.Result done = repository.backup(tree);
        repository.restore(done.snapshot(), dir.resolve("back"));
        Restore.Result again = repository.restore(done.snapshot(), dir.resolve("back"));
        assertThat(again.problems()).isEmpty();
        assertThat(Trees.seen(below(dir.resolve("back"), tree))).isEqualTo(Trees.seen(tree));
    }

    @Test
    void excludesAndTheRepositoryItselfAreLeftOut() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Files.createDirectories(tree.resolve("cache/deep"));
        Files.writeString(tree.resolve("cache/deep/x"), "x");
        Files.writeString(tree.resolve("a.tmp"), "x");
        Files.writeString(tree.resolve("a.txt"), "x");
        var repository = new TestRepository(dir, InstantSource.system());
        FilesBackup.Result done = repository.backup(Excludes.of(List.of("*.tmp", "cache/")), tree);
        repository.restore(done.snapshot(), dir.resolve("back"));
        Map<String, String> seen = Trees.seen(below(dir.resolve("back"), tree));
        assertThat(seen).containsOnlyKeys("", "a.txt");
    }
}
