package io.espalier.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.release.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ShrinkageTest {

    @Test
    void ordinaryChangesAreNotHeld() {
        assertThat(check(release(unit("a", "/1", "/2", "/3", "/4")), release(unit("a", "/1", "/2", "/3", "/4", "/5"))))
                .isEmpty();
        assertThat(check(release(unit("a", "/1", "/2", "/3", "/4")), release(unit("a", "/1", "/2"))))
                .isEmpty();
        assertThat(check(release(unit("a", "/1", "/2", "/3")), release(unit("a", "/3"))))
                .isEmpty();
        assertThat(check(release(unit("a", "/1", "/2"), unit("b", "/3")), release(unit("a", "/1", "/2"))))
                .isEmpty();
        assertThat(check(release(), release(unit("a", "/1")))).isEmpty();
        assertThat(check(release(), release())).isEmpty();
        assertThat(check(release(unit("a", "/1")), release(unit("b", "/1")))).isEmpty();
    }

    @Test
    void lossOfMoreThanHalfTheFilesIsHeld() {
        assertThat(check(release(unit("a", "/1", "/2", "/3", "/4", "/5")), release(unit("a", "/1", "/2"))))
                .contains("3 of 5 files would be removed");
    }

    @Test
    void lossOfEverythingIsHeld() {
        assertThat(check(release(unit("a", "/1")), release())).contains("all 1 file would be removed");
        assertThat(check(release(unit("a", "/1", "/2")), release(unit("a", "/3"))))
                .contains("all 2 files would be removed");
    }

    @Test
    void unitWithoutItsFilesIsHeld() {
        assertThat(check(
                        release(unit("a", "/1"), unit("b", "/2", "/3", "/4")),
                        release(unit("a"), unit("b", "/2", "/3", "/4"))))
                .contains("unit 'a' would lose all its 1 file");
    }

    @Test
    void fileThatBecomesEmptyIsHeld() {
        Release before = release(new UnitFiles("a", List.of(file("/1", 10), file("/2", 0))));
        Release after = release(new UnitFiles("a", List.of(file("/1", 0), file("/2", 0))));

        assertThat(check(before, after)).contains("/1 becomes empty (it holds 10 bytes)");
        assertThat(check(after, before)).isEmpty();
    }

    private static Optional<String> check(Release previous, Release next) {
        return Shrinkage.check(previous, next);
    }

    private record UnitFiles(String name, List<FileEntry> files) {}

    private static UnitFiles unit(String name, String... paths) {
        return new UnitFiles(
                name, Arrays.stream(paths).map(path -> file(path, 5)).toList());
    }

    private static FileEntry file(String path, long size) {
        return new FileEntry(path, Digest.of(new byte[0]), size, 0644, "", "", false);
    }

    private static Release release(UnitFiles... units) {
        var all = new ArrayList<Unit>();
        for (UnitFiles unit : units) {
            all.add(new Unit(
                    unit.name(),
                    List.of(),
                    List.of(),
                    new TreeMap<>(),
                    unit.files(),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of()));
        }
        return new Release(new HostName("web1"), all);
    }
}
