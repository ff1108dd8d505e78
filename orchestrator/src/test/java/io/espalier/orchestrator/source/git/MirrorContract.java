package io.espalier.orchestrator.source.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.GitCli;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.protocol.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a mirror promises, whatever carries it. Subclasses say where the remote is. */
abstract class MirrorContract {

    static final SourceName NAME = new SourceName("templates");

    @TempDir
    Path folder;

    /** A repository on the machine of the remote, and how {@link #url()} names it. */
    abstract GitCli remote() throws Exception;

    abstract String url() throws Exception;

    RemoteAccess access() throws Exception {
        return new RemoteAccess(
                Set.of("file", "http", "https", "ssh"),
                new AddressGuard(true, true),
                List.of(),
                Duration.ofSeconds(20));
    }

    GitMirror mirror(String ref, String... pick) throws Exception {
        return mirror(ref, PackLimits.DEFAULT, pick);
    }

    GitMirror mirror(String ref, PackLimits limits, String... pick) throws Exception {
        var spec = new SourceSpec.Git(url(), ref, List.of(pick).stream().findFirst());
        return GitMirror.open(NAME, spec, folder.resolve("mirror.git"), access(), limits);
    }

    @Test
    void laterCommitLeavesEarlierSnapshotUntouched() throws Exception {
        GitCli remote = remote();
        remote.write("motd", "one").commit("One");
        try (GitMirror mirror = mirror("main")) {
            Snapshot before = mirror.snapshot(mirror.look().revision());
            remote.write("motd", "two").write("units/web.yaml", "x").commit("Two");
            Snapshot after = mirror.snapshot(mirror.look().revision());
            assertThat(text(before, "motd")).contains("one");
            assertThat(before.paths()).containsExactly("motd");
            assertThat(text(after, "motd")).contains("two");
            assertThat(after.paths()).containsExactly("motd", "units/web.yaml");
            assertThat(after.read("units")).isEmpty();
            assertThat(after.read("absent")).isEmpty();
        }
    }

    @Test
    void commitTellsWhoWhenAndWhy() throws Exception {
        String id = remote().write("motd", "one").commit("Say hello\n\nAt length.");
        try (GitMirror mirror = mirror("main")) {
            Commit commit = mirror.look();
            assertThat(commit.revision().id()).isEqualTo(id);
            assertThat(commit.author()).isEqualTo("Ann Author <ann@example.net>");
            assertThat(commit.subject()).isEqualTo("Say hello");
        }
    }

    @Test
    void lastChangeNamesTheCommitThatTouchedTheFile() throws Exception {
        GitCli remote = remote();
        String first = remote.write("a", "1").write("b", "1").commit("First");
        String second = remote.write("b", "2").commit("Second");
        remote.write("c", "1").commit("Third");
        try (GitMirror mirror = mirror("main")) {
            Snapshot snapshot = mirror.snapshot(mirror.look().revision());
            assertThat(snapshot.lastChange("a").orElseThrow().revision().id()).isEqualTo(first);
            assertThat(snapshot.lastChange("b").orElseThrow().revision().id()).isEqualTo(second);
            assertThat(snapshot.lastChange("absent")).isEmpty();
        }
    }

    @Test
    void lastChangeFollowsTheSideOfAMergeThatTheFileCameFrom() throws Exception {
        GitCli remote = remote();
        remote.write("a", "1").commit("First");
        remote.run("checkout", "-q", "-b", "side").mustSucceed();
        String side = remote.write("a", "2").commit("Side");
        remote.run("checkout", "-q", "main").mustSucceed();
        remote.write("b", "1").commit("Main");
        remote.run("merge", "-q", "--no-edit", "side").mustSucceed();
        publish(remote);
        try (GitMirror mirror = mirror("main")) {
            Snapshot snapshot = mirror.snapshot(mirror.look().revision());
            assertThat(snapshot.lastChange("a").orElseThrow().revision().id()).isEqualTo(side);
        }
    }

    @Test
    void picksTheHighestVersionAndFollowsAnnotatedTags() throws Exception {
        GitCli remote = remote();
        remote.write("a", "1").commit("First");
        remote.run("tag", "v1.9.0").mustSucceed();
        String ten = remote.write("a", "2").commit("Second");
        remote.run("tag", "-a", "-m", "Ten", "v1.10.0").mustSucceed();
        remote.write("a", "3").commit("Third");
        remote.run("tag", "v2.0.0-rc.1").mustSucceed();
        remote.run("tag", "version").mustSucceed();
        publish(remote);
        try (GitMirror mirror = mirror("refs/tags/v*", "semver")) {
            assertThat(mirror.look().revision().id()).isEqualTo(ten);
        }
        try (GitMirror mirror = mirror("v1.10.0")) {
            assertThat(mirror.look().revision().id()).isEqualTo(ten);
        }
    }

    @Test
    void fetchesTheOneRefAndNoOther() throws Exception {
        GitCli remote = remote();
        remote.write("a", "1").commit("First");
        remote.run("checkout", "-q", "-b", "main2").mustSucceed();
        String other = remote.write("big", "other").commit("Other");
        remote.run("tag", "other-tag").mustSucceed();
        remote.run("checkout", "-q", "main").mustSucceed();
        publish(remote);
        try (GitMirror mirror = mirror("main")) {
            mirror.look();
            assertThat(mirror.resolve(other)).isEmpty();
            assertThat(mirror.resolve("other-tag")).isEmpty();
            assertThat(mirror.resolve("main")).isPresent();
        }
    }

    @Test
    void rewrittenHistoryIsFollowedAndTheOldCommitStaysReadable() throws Exception {
        GitCli remote = remote();
        remote.write("a", "1").commit("First");
        String old = remote.write("a", "2").commit("Second");
        try (GitMirror mirror = mirror("main")) {
            mirror.look();
            remote.run("reset", "-q", "--hard", "HEAD~1").mustSucceed();
            String now = remote.write("a", "3").commit("Other second");
            publish(remote);
            assertThat(mirror.look().revision().id()).isEqualTo(now);
            assertThat(text(mirror.snapshot(mirror.resolve(old).orElseThrow()), "a"))
                    .contains("2");
        }
        try (var repository = BoundedRepository.open(folder.resolve("mirror.git"), PackLimits.DEFAULT)) {
            assertThat(repository.resolve(GitMirror.KEPT + old)).isNotNull();
        }
    }

    @Test
    void missingRefIsToldByName() throws Exception {
        remote().write("a", "1").commit("First");
        try (GitMirror mirror = mirror("maim")) {
            assertThatThrownBy(mirror::look)
                    .isInstanceOfSatisfying(
                            SourceException.class, e -> assertThat(e.reason()).isEqualTo(Reason.INVALID_REVISION))
                    .hasMessageContaining("no branch or tag 'maim'");
        }
    }

    @Test
    void linksAndSubmodulesAreLeftOut() throws Exception {
        GitCli remote = remote();
        Files.createSymbolicLink(remote.folder().resolve("link"), Path.of("a"));
        Files.createSymbolicLink(remote.folder().resolve("folder"), Path.of("."));
        remote.write("a", "1").run("add", "-A").mustSucceed();
        remote.run("update-index", "--add", "--cacheinfo", "160000," + "1".repeat(40) + ",sub")
                .mustSucceed();
        remote.run("commit", "-q", "-m", "Trap").mustSucceed();
        publish(remote);
        try (GitMirror mirror = mirror("main")) {
            Snapshot snapshot = mirror.snapshot(mirror.look().revision());
            assertThat(snapshot.paths()).containsExactly("a");
            assertThat(snapshot.read("link")).isEmpty();
            assertThat(snapshot.read("folder/a")).isEmpty();
            assertThat(snapshot.read("sub")).isEmpty();
            assertThat(snapshot.read("../a")).isEmpty();
            assertThat(snapshot.read("/etc/passwd")).isEmpty();
        }
    }

    @Test
    void packOverItsLimitIsRefused() throws Exception {
        var random = new byte[300_000];
        new java.util.Random(1).nextBytes(random);
        GitCli remote = remote();
        Files.write(remote.folder().resolve("blob"), random);
        remote.commit("Big");
        var small = new PackLimits(100_000, 1_000, 1 << 20, Duration.ofMinutes(1));
        try (GitMirror mirror = mirror("main", small)) {
            assertTooLarge(mirror, "the pack is over 100000 bytes");
        }
        var few = new PackLimits(1 << 20, 2, 1 << 20, Duration.ofMinutes(1));
        try (GitMirror mirror = mirror("main", few)) {
            assertTooLarge(mirror, "the pack holds 3 objects (at most 2)");
        }
        var thin = new PackLimits(1 << 20, 1_000, 200_000, Duration.ofMinutes(1));
        try (GitMirror mirror = mirror("main", thin)) {
            assertTooLarge(mirror, "");
        }
    }

    private static void assertTooLarge(GitMirror mirror, String message) {
        assertThatThrownBy(mirror::look)
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
                .hasMessageContaining(message);
    }

    /** Makes what was done in the work folder visible at {@link #url()}, where that is another repository. */
    void publish(GitCli remote) {}

    static Optional<String> text(Snapshot snapshot, String path) {
        return snapshot.read(path).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }
}
