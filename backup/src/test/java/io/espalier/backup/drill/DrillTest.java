package io.espalier.backup.drill;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.files.FilesBackup;
import io.espalier.backup.files.Progress;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.testing.TestRepository;
import io.espalier.backup.testing.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrillTest {

    @TempDir
    private Path dir;

    private Drill.Result drilled(TestRepository repository, FilesBackup.Result backup)
            throws IOException, InterruptedException {
        return new Drill(repository.store, repository.identity)
                .run(backup.snapshot(), dir.resolve("scratch"), Progress.NONE);
    }

    @Test
    void aGoodSnapshotIsProvenAndLeavesNothingBehind() throws Exception {
        var repository = new TestRepository(dir, InstantSource.system());
        for (long seed = 20; seed < 24; seed++) {
            Path tree = dir.resolve("tree" + seed);
            Trees.grow(tree, seed);
            FilesBackup.Result backup = repository.backup(tree);
            Drill.Result result = drilled(repository, backup);
            assertThat(result.differences()).isEmpty();
            assertThat(result.isProven()).isTrue();
            assertThat(result.entries()).isEqualTo(backup.entries());
            assertThat(dir.resolve("scratch")).doesNotExist();
        }
    }

    @Test
    void aPackThatIsGoneIsNoProof() throws Exception {
        var repository = new TestRepository(dir, InstantSource.system());
        Path tree = Files.createDirectories(dir.resolve("tree"));
        byte[] noise = new byte[200_000];
        new java.util.Random(1).nextBytes(noise);
        Files.write(tree.resolve("a"), noise);
        FilesBackup.Result backup = repository.backup(tree);
        ObjectName largest = repository.store.list(Kind.PACK).stream()
                .max(java.util.Comparator.comparingLong(name -> size(repository, name)))
                .orElseThrow();
        repository.store.delete(largest);
        Drill.Result result = drilled(repository, backup);
        assertThat(result.isProven()).isFalse();
        assertThat(result.differences()).anyMatch(difference -> difference.contains("/a"));
    }

    private static long size(TestRepository repository, ObjectName name) {
        try {
            return repository.store.size(name).orElse(0L);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void somebodyElsesIdentityProvesNothing() throws Exception {
        var repository = new TestRepository(dir, InstantSource.system());
        Path tree = Files.createDirectories(dir.resolve("tree"));
        Files.writeString(tree.resolve("a"), "one");
        FilesBackup.Result backup = repository.backup(tree);
        var drill = new Drill(repository.store, AgeIdentity.generate().identity());
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> drill.run(backup.snapshot(), dir.resolve("scratch"), Progress.NONE))
                .isInstanceOf(IOException.class);
    }
}
