package io.espalier.orchestrator.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.protocol.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every kind of source promises, with a real repository and a real server. Subclasses say which. */
public abstract class SourceContract {

    protected static final SourceName NAME = new SourceName("templates");

    @TempDir
    protected Path folder;

    /** Which line of a repository to follow. */
    public enum Line {
        MAIN,
        ABSENT,
        NEWEST_TAG
    }

    /** A repository on the machine of the server, with somebody who works in it. */
    public interface Workshop {

        Workshop write(String path, String text) throws Exception;

        Workshop executable(String path) throws Exception;

        Workshop link(String path, String target) throws Exception;

        Workshop remove(String path) throws Exception;

        /** Commits all there is; gives the id that a source shows. */
        String commit(String message) throws Exception;

        /** Gives the newest commit of the main line a name. */
        void tag(String name) throws Exception;
    }

    /** The same one however often it is asked for. */
    protected abstract Workshop workshop() throws Exception;

    /** A mirror of it, in the same folder each time. */
    protected abstract Mirror mirror(Line line) throws Exception;

    /** How commits in the workshop are signed. */
    protected abstract String author();

    @Test
    void laterCommitLeavesEarlierSnapshotUntouched() throws Exception {
        workshop().write("motd", "one").commit("One");
        try (Mirror mirror = mirror(Line.MAIN)) {
            Snapshot before = mirror.snapshot(mirror.look().revision());
            workshop().write("motd", "two").write("units/web.yaml", "x").commit("Two");
            Snapshot after = mirror.snapshot(mirror.look().revision());
            assertThat(text(before, "motd")).contains("one");
            assertThat(before.paths()).containsExactly("motd");
            assertThat(text(after, "motd")).contains("two");
            assertThat(after.paths()).containsExactly("motd", "units/web.yaml");
            assertThat(after.read("units")).isEmpty();
            assertThat(after.read("absent")).isEmpty();
            assertThat(after.read("../motd")).isEmpty();
            assertThat(after.read("/etc/passwd")).isEmpty();
        }
    }

    @Test
    void filesAndFoldersThatAreRemovedAreGone() throws Exception {
        workshop()
                .write("a", "1")
                .write("dir/b", "1")
                .write("dir/sub/c", "1")
                .write("dirt", "1")
                .commit("One");
        try (Mirror mirror = mirror(Line.MAIN)) {
            mirror.look();
            workshop().remove("dir").remove("a").commit("Two");
            assertThat(mirror.snapshot(mirror.look().revision()).paths()).containsExactly("dirt");
            workshop().write("a/b", "now a folder").commit("Three");
            assertThat(mirror.snapshot(mirror.look().revision()).paths()).containsExactly("a/b", "dirt");
        }
    }

    @Test
    void commitTellsWhoWhenAndWhy() throws Exception {
        String id = workshop().write("motd", "one").commit("Say hello\n\nAt length.");
        try (Mirror mirror = mirror(Line.MAIN)) {
            Commit commit = mirror.look();
            assertThat(commit.revision().id()).isEqualTo(id);
            assertThat(commit.author()).isEqualTo(author());
            assertThat(commit.subject()).isEqualTo("Say hello");
            assertThat(mirror.snapshot(commit.revision()).commit()).isEqualTo(commit);
        }
    }

    @Test
    void lastChangeNamesTheCommitThatTouchedTheFile() throws Exception {
        String first = workshop().write("a", "1").write("b", "1").commit("First");
        String second = workshop().write("b", "2").commit("Second");
        workshop().write("c", "1").commit("Third");
        try (Mirror mirror = mirror(Line.MAIN)) {
            Snapshot snapshot = mirror.snapshot(mirror.look().revision());
            assertThat(snapshot.lastChange("a").orElseThrow().revision().id()).isEqualTo(first);
            assertThat(snapshot.lastChange("b").orElseThrow().revision().id()).isEqualTo(second);
            assertThat(snapshot.lastChange("absent")).isEmpty();
            assertThat(snapshot.lastChange("")).isEmpty();
        }
    }

    @Test
    void picksTheHighestVersion() throws Exception {
        workshop().write("a", "1").commit("First");
        workshop().tag("v1.9.0");
        workshop().write("a", "2").commit("Second");
        workshop().tag("v1.10.0");
        workshop().write("a", "3").commit("Third");
        workshop().tag("v2.0.0-rc.1");
        workshop().tag("version");
        try (Mirror mirror = mirror(Line.NEWEST_TAG)) {
            assertThat(text(mirror.snapshot(mirror.look().revision()), "a")).contains("2");
            workshop().tag("v1.11.0");
            assertThat(text(mirror.snapshot(mirror.look().revision()), "a")).contains("3");
        }
    }

    @Test
    void missingLineIsToldByName() throws Exception {
        workshop().write("a", "1").commit("First");
        try (Mirror mirror = mirror(Line.ABSENT)) {
            assertThatThrownBy(mirror::look)
                    .isInstanceOfSatisfying(
                            SourceException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_REVISION))
                    .hasMessageContaining("'maim'");
        }
    }

    @Test
    void linksAreLeftOutAndThatIsRemarked() throws Exception {
        workshop().write("a", "1").link("link", "a").link("folder", ".").link("out", "/etc");
        workshop().commit("Trap");
        try (Mirror mirror = mirror(Line.MAIN)) {
            Snapshot snapshot = mirror.snapshot(mirror.look().revision());
            assertThat(snapshot.paths()).containsExactly("a");
            assertThat(snapshot.read("link")).isEmpty();
            assertThat(snapshot.read("folder/a")).isEmpty();
            assertThat(snapshot.read("out/passwd")).isEmpty();
            assertThat(snapshot.remarks())
                    .anySatisfy(remark -> assertThat(remark).contains("symbolic links", "folder, link, out"));
        }
    }

    @Test
    void whatWasReadIsThereAfterARestart() throws Exception {
        String first = workshop().write("a", "1").commit("First");
        Commit before;
        try (Mirror mirror = mirror(Line.MAIN)) {
            before = mirror.look();
        }
        workshop().write("a", "2").commit("Second");
        try (Mirror mirror = mirror(Line.MAIN)) {
            assertThat(text(mirror.snapshot(before.revision()), "a")).contains("1");
            assertThat(mirror.resolve(first)).contains(before.revision());
            assertThat(text(mirror.snapshot(mirror.look().revision()), "a")).contains("2");
        }
    }

    @Test
    void namesAreKeptAsTheyAreWritten() throws Exception {
        workshop().write("größe/naïve file (1).txt", "ü").write("a%20b", "2").commit("Names");
        try (Mirror mirror = mirror(Line.MAIN)) {
            Snapshot snapshot = mirror.snapshot(mirror.look().revision());
            assertThat(snapshot.paths()).containsExactly("a%20b", "größe/naïve file (1).txt");
            assertThat(text(snapshot, "größe/naïve file (1).txt")).contains("ü");
        }
    }

    protected static Optional<String> text(Snapshot snapshot, String path) {
        return snapshot.read(path).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
}
