package io.espalier.orchestrator.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.protocol.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderSnapshotTest {

    private static final SourceName NAME = new SourceName("demo");

    @TempDir
    Path folder;

    @Test
    void filesAreReadByTheirRelativePath() throws IOException {
        write("fleet.yaml", "fleet: x\n");
        write("units/web.yaml", "unit: web\n");

        FolderSnapshot snapshot = FolderSnapshot.of(NAME, folder);

        assertThat(snapshot.paths()).containsExactly("fleet.yaml", "units/web.yaml");
        assertThat(snapshot.read("units/web.yaml")).hasValue("unit: web\n".getBytes(StandardCharsets.UTF_8));
        assertThat(snapshot.read("absent")).isEmpty();
        assertThat(snapshot.read("../demo/fleet.yaml")).isEmpty();
    }

    @Test
    void linksAndRepositoryFoldersAreLeftOut() throws IOException {
        write("fleet.yaml", "fleet: x\n");
        write(".git/config", "x");
        write("sub/.svn/entries", "x");
        write("outside/secret", "x");
        Files.createSymbolicLink(folder.resolve("link"), Path.of("/etc/passwd"));
        Files.createSymbolicLink(folder.resolve("dir"), Path.of("/etc"));
        Files.writeString(folder.resolve("sub/.git"), "gitdir: elsewhere");

        assertThat(FolderSnapshot.of(NAME, folder).paths()).containsExactly("fleet.yaml", "outside/secret");
    }

    @Test
    void laterEditLeavesASnapshotUntouchedAndGivesAnotherRevision() throws IOException {
        write("fleet.yaml", "one");
        FolderSnapshot before = FolderSnapshot.of(NAME, folder);
        assertThat(FolderSnapshot.of(NAME, folder).commit()).isEqualTo(before.commit());

        write("fleet.yaml", "two");

        assertThat(before.read("fleet.yaml")).hasValue("one".getBytes(StandardCharsets.UTF_8));
        assertThat(FolderSnapshot.of(NAME, folder).commit().revision())
                .isNotEqualTo(before.commit().revision());
    }

    @Test
    void fileOverTheLimitIsRefusedOnlyWhenRead() throws IOException {
        Files.write(folder.resolve("big"), new byte[Snapshot.MAX_FILE + 1]);
        FolderSnapshot snapshot = FolderSnapshot.of(NAME, folder);

        assertThat(snapshot.paths()).contains("big");
        assertThatThrownBy(() -> snapshot.read("big"))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE));
    }

    @Test
    void folderThatIsNotThereIsAnError() {
        assertThatThrownBy(() -> FolderSnapshot.of(NAME, folder.resolve("absent")))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FETCH_FAILED));
    }

    private void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
