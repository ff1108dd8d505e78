package io.espalier.orchestrator.source.svn;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.protocol.Reason;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a Subversion source promises beyond what every source does. */
abstract class SvnContract extends SvnSourceContract {

    @Test
    void commitElsewhereInTheRepositoryIsNoChange() throws Exception {
        String id = workshop().write("a", "1").commit("First");
        try (SvnMirror mirror = mirror("trunk")) {
            Commit before = mirror.look();
            workshop().tag("v1");
            assertThat(mirror.look()).isEqualTo(before);
            assertThat(before.revision().id()).isEqualTo(id);
        }
    }

    @Test
    void externalsAreNotFollowedAndThatIsRemarked() throws Exception {
        SvnWorkshop workshop = workshop().write("a", "1").write("lib/b", "1");
        workshop.commit("First");
        workshop.svn("propset", "-q", "svn:externals", "third http://127.0.0.1:1/x", workshop.trunk() + "/lib");
        workshop.svn("commit", "-q", "-m", "External", workshop.trunk().toString());
        try (SvnMirror mirror = mirror("trunk")) {
            Snapshot snapshot = mirror.snapshot(mirror.look().revision());
            assertThat(snapshot.paths()).containsExactly("a", "lib/b");
            assertThat(snapshot.remarks())
                    .containsExactly("externals are not followed (name them as sources of their own): lib");
            workshop.svn("propdel", "-q", "svn:externals", workshop.trunk() + "/lib");
            workshop.svn("commit", "-q", "-m", "No external", workshop.trunk().toString());
            assertThat(mirror.snapshot(mirror.look().revision()).remarks()).isEmpty();
        }
    }

    @Test
    void differenceIsWhatTravels() throws Exception {
        var random = new Random(1);
        SvnWorkshop workshop = workshop();
        for (int i = 0; i < 50; i++) {
            byte[] bytes = new byte[20_000];
            random.nextBytes(bytes);
            workshop.write("f" + i, "");
            Files.write(workshop.trunk().resolve("f" + i), bytes);
        }
        workshop.commit("Much");
        try (SvnMirror mirror = mirror("trunk")) {
            mirror.look();
        }
        workshop.write("f7", "changed").remove("f8");
        workshop.svn("copy", "-q", workshop.trunk() + "/f9", workshop.trunk() + "/f9-copy");
        workshop.commit("Little");
        var little = new PackLimits(40_000, 100, 1 << 20, Duration.ofMinutes(1));
        try (SvnMirror mirror = mirror("trunk", little, "")) {
            Snapshot snapshot = mirror.snapshot(mirror.look().revision());
            assertThat(text(snapshot, "f7")).contains("changed");
            assertThat(snapshot.read("f8")).isEmpty();
            assertThat(snapshot.read("f9-copy").orElseThrow())
                    .isEqualTo(snapshot.read("f9").orElseThrow());
            assertThat(snapshot.paths()).hasSize(50);
        }
    }

    @Test
    void folderOverALimitIsRefused() throws Exception {
        workshop()
                .write("a", "x".repeat(300_000))
                .write("b", "1")
                .write("c", "1")
                .commit("Big");
        try (SvnMirror mirror = mirror("trunk", new PackLimits(1 << 20, 100, 200_000, Duration.ofMinutes(1)), "")) {
            assertRefused(mirror::look, Reason.TOO_LARGE, "a is over 200000 bytes");
        }
        try (SvnMirror mirror = mirror("trunk", new PackLimits(100_000, 100, 1 << 20, Duration.ofMinutes(1)), "")) {
            assertRefused(mirror::look, Reason.TOO_LARGE, "over 100000 bytes");
        }
        try (SvnMirror mirror = mirror("trunk", new PackLimits(1 << 20, 2, 1 << 20, Duration.ofMinutes(1)), "")) {
            assertRefused(mirror::look, Reason.TOO_LARGE, "more than 2 files");
        }
        try (SvnMirror mirror = mirror("trunk")) {
            assertThat(mirror.snapshot(mirror.look().revision()).paths()).hasSize(3);
        }
    }

    @Test
    void pinnedRevisionStays() throws Exception {
        String first = workshop().write("a", "1").commit("First");
        workshop().write("a", "2").commit("Second");
        try (SvnMirror mirror = mirror(first)) {
            Commit commit = mirror.look();
            assertThat(commit.revision().id()).isEqualTo(first);
            assertThat(text(mirror.snapshot(commit.revision()), "trunk/a")).contains("1");
            workshop().write("a", "3").commit("Third");
            assertThat(mirror.look()).isEqualTo(commit);
        }
    }

    @Test
    void folderThatWentAwayIsTold() throws Exception {
        SvnWorkshop workshop = workshop().write("a", "1");
        workshop.commit("First");
        try (SvnMirror mirror = mirror("trunk")) {
            Commit before = mirror.look();
            workshop.svn("remove", "-q", "-m", "Gone", "file://" + workshop.repository() + "/trunk");
            assertRefused(mirror::look, Reason.INVALID_REVISION, "no folder 'trunk'");
            assertThat(text(mirror.snapshot(before.revision()), "a")).contains("1");
        }
    }

    @Test
    void folderThatWasReplacedIsReadAnew() throws Exception {
        SvnWorkshop workshop = workshop().write("a", "1").write("b", "1");
        workshop.commit("First");
        try (SvnMirror mirror = mirror("trunk")) {
            mirror.look();
            String root = "file://" + workshop.repository();
            workshop.svn("remove", "-q", "-m", "Gone", root + "/trunk");
            workshop.svn("mkdir", "-q", "-m", "Back", root + "/trunk");
            workshop.svn("update", "-q", workshop.trunk().getParent().toString());
            workshop.write("b", "2").commit("Other");
            Snapshot snapshot = mirror.snapshot(mirror.look().revision());
            assertThat(snapshot.paths()).containsExactly("b");
            assertThat(text(snapshot, "b")).contains("2");
        }
    }

    @Test
    void repositoryThatWentBackOrIsAnotherIsNotFollowed() throws Exception {
        workshop().write("a", "1").commit("First");
        SvnWorkshop.must("cp", "-a", workshop().repository().toString(), folder + "/backup");
        workshop().write("a", "2").commit("Second");
        try (SvnMirror mirror = mirror("trunk")) {
            mirror.look();
        }
        SvnWorkshop.must("rm", "-r", workshop().repository().toString());
        SvnWorkshop.must("mv", folder + "/backup", folder + "/served/repo");
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.INVALID_REVISION, "its newest revision is r2, but r3 was read before");
        }
        SvnWorkshop.must("svnadmin", "setuuid", workshop().repository().toString());
        try (SvnMirror mirror = mirror("trunk")) {
            assertRefused(mirror::look, Reason.INVALID_REVISION, "another repository answers there now");
        }
    }

    @Test
    void fileInPlaceOfAFolderIsTold() throws Exception {
        workshop().write("a", "1").commit("First");
        try (SvnMirror mirror = mirror("trunk/a")) {
            assertRefused(mirror::look, Reason.INVALID_REVISION, "is a file");
        }
    }
}
