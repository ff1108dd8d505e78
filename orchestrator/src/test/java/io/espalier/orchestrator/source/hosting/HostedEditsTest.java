package io.espalier.orchestrator.source.hosting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Finding;
import io.espalier.orchestrator.source.History;
import io.espalier.orchestrator.source.Outcome;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.SourceState;
import io.espalier.orchestrator.source.git.GitContent;
import io.espalier.orchestrator.source.git.WantedRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jgit.lib.Repository;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostedEditsTest {

    private static final SourceName FLEET = new SourceName("fleet");
    private static final Instant NOW = Instant.parse("2026-05-04T03:02:01Z");

    @TempDir
    private Path folder;

    private HostedRepositories repositories;
    private HostedEdits edits;
    private Repository repository;
    private final List<SourceName> looked = new ArrayList<>();
    private Function<Snapshot, List<Finding>> check = _ -> List.of();

    @BeforeEach
    void host() throws IOException {
        repositories = new HostedRepositories(folder.resolve("git"), PushRules.DEFAULT.limits());
        Path content = Files.createDirectories(folder.resolve("content/units"));
        Files.writeString(content.resolve("motd.yaml"), "unit: motd\nfiles: []\n");
        Path script = folder.resolve("content/run.sh");
        Files.writeString(script, "#!/bin/sh\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        Files.writeString(folder.resolve("content/fleet.yaml"), "fleet: shop\n");
        repositories.create(FLEET, folder.resolve("content"));
        repository = repositories.find(FLEET).orElseThrow();
        var handling = new PushSession.Handling(
                (_, snapshot) -> check.apply(snapshot), new Told(), new Fleet(), PushRules.DEFAULT);
        edits = new HostedEdits(repositories, handling, InstantSource.fixed(NOW));
    }

    @AfterEach
    void close() {
        repositories.close();
    }

    private final class Fleet implements HostedSources {
        @Override
        public List<Following> following(SourceName name) {
            return List.of(new Following(FLEET, WantedRef.of("main", Optional.empty())));
        }

        @Override
        public void pushed(SourceName name) {
            looked.add(name);
        }
    }

    private static final class Told implements PushFollower {
        @Override
        public void plan(SourceName source, Snapshot candidate, Consumer<String> lines) {
            lines.accept("plan of " + new String(candidate.read("fleet.yaml").orElseThrow(), StandardCharsets.UTF_8));
        }

        @Override
        public void follow(SourceName source, Commit commit, Consumer<String> lines) {
            throw new AssertionError("an edit is followed on its page");
        }
    }

    private static SourceState source(String url, String ref, Optional<String> pick) {
        return new SourceState(
                FLEET,
                new SourceSpec.Git(url, ref, pick),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new Outcome.Settled());
    }

    private static SourceState fleet() {
        return source("fleet", "main", Optional.empty());
    }

    private Snapshot newest() {
        var content = new GitContent(FLEET, repository);
        return content.snapshot(content.resolve("main").orElseThrow());
    }

    private String text(String path) {
        return new String(newest().read(path).orElseThrow(), StandardCharsets.UTF_8);
    }

    private Edit edit(String path, String text) {
        return new Edit(path, text, newest().commit().revision(), "Say why", "ann");
    }

    private Revision accepted(Edit edit) {
        EditResult result = edits.commit(fleet(), edit);
        assertThat(result).isInstanceOf(EditResult.Accepted.class);
        return ((EditResult.Accepted) result).commit().revision();
    }

    private void assertRefused(Edit edit, String why) {
        Revision before = newest().commit().revision();
        assertThat(edits.commit(fleet(), edit))
                .isInstanceOfSatisfying(
                        EditResult.Refused.class,
                        refused -> assertThat(refused.findings()).anySatisfy(finding -> {
                            assertThat(finding.refuses()).isTrue();
                            assertThat(finding.text()).contains(why);
                        }));
        assertThat(newest().commit().revision()).isEqualTo(before);
        assertThat(looked).isEmpty();
    }

    @Test
    void savedTextIsACommitOfWhoSavedIt() {
        Revision before = newest().commit().revision();

        Revision after = accepted(edit("fleet.yaml", "fleet: store\n"));

        assertThat(newest().commit()).isEqualTo(new Commit(after, "ann <ann@espalier.invalid>", "Say why", NOW));
        assertThat(text("fleet.yaml")).isEqualTo("fleet: store\n");
        assertThat(newest().paths()).containsExactly("fleet.yaml", "run.sh", "units/motd.yaml");
        assertThat(looked).containsExactly(FLEET);
        History.Changes changes = newest().history().orElseThrow().changes();
        assertThat(changes.parents()).containsExactly(before);
        assertThat(changes.files())
                .containsExactly(new History.FileDiff(
                        "update", "fleet.yaml", Optional.of("@@ -1 +1 @@\n-fleet: shop\n+fleet: store")));
    }

    @Test
    void historyTellsWhoLastChangedEachLine() {
        Revision first = newest().commit().revision();
        Revision second = accepted(edit("units/motd.yaml", "unit: motd\nfiles: [ ]\n"));

        History history = newest().history().orElseThrow();

        assertThat(history.lines("units/motd.yaml"))
                .extracting(line -> line.orElseThrow().revision())
                .containsExactly(first, second);
        assertThat(history.log("units", 0, 9)).extracting(Commit::revision).containsExactly(second, first);
        assertThat(history.log("fleet.yaml", 0, 9)).extracting(Commit::revision).containsExactly(first);
        assertThat(history.log("", 1, 9)).extracting(Commit::revision).containsExactly(first);
        assertThat(history.lines("nope")).isEmpty();
    }

    @Test
    void newFileGetsTheFoldersThatItNeeds() {
        accepted(edit("vars/tier/web.yaml", "workers: 2\n"));

        assertThat(text("vars/tier/web.yaml")).isEqualTo("workers: 2\n");
    }

    @Test
    void executableFileStaysOne() throws IOException {
        accepted(edit("run.sh", "#!/bin/sh\nexit 0\n"));

        try (var walk = new org.eclipse.jgit.revwalk.RevWalk(repository);
                var tree = org.eclipse.jgit.treewalk.TreeWalk.forPath(
                        repository,
                        "run.sh",
                        walk.parseCommit(repository.resolve("main")).getTree())) {
            assertThat(tree.getFileMode(0)).isEqualTo(org.eclipse.jgit.lib.FileMode.EXECUTABLE_FILE);
        }
    }

    @Test
    void textThatFailsTheCheckIsRefusedAndNothingMoves() {
        check = snapshot -> List.of(Finding.error("fleet.yaml:1:8 wrong"));

        assertRefused(edit("fleet.yaml", "fleet: Shop!\n"), "fleet.yaml:1:8 wrong");
        assertThat(text("fleet.yaml")).isEqualTo("fleet: shop\n");
    }

    @Test
    void changeOfSomebodyElseIsNotOverwritten() {
        Edit mine = edit("fleet.yaml", "fleet: mine\n");
        Revision theirs = accepted(edit("fleet.yaml", "fleet: theirs\n"));

        assertThat(edits.commit(fleet(), mine))
                .isInstanceOfSatisfying(
                        EditResult.Overtaken.class,
                        overtaken -> assertThat(overtaken.theirs().revision()).isEqualTo(theirs));
        assertThat(text("fleet.yaml")).isEqualTo("fleet: theirs\n");
    }

    @Test
    void changeOfAnotherFileIsBuiltUpon() {
        Edit mine = edit("fleet.yaml", "fleet: mine\n");
        accepted(edit("run.sh", "#!/bin/bash\n"));

        accepted(mine);

        assertThat(text("fleet.yaml")).isEqualTo("fleet: mine\n");
        assertThat(text("run.sh")).isEqualTo("#!/bin/bash\n");
    }

    @Test
    void pushDuringTheCheckIsBuiltUpon() {
        Edit mine = edit("fleet.yaml", "fleet: mine\n");
        var once = new ArrayList<>(List.of(edit("run.sh", "#!/bin/bash\n")));
        check = _ -> {
            if (!once.isEmpty()) {
                pushed(once.removeFirst());
            }
            return List.of();
        };

        accepted(mine);

        assertThat(text("fleet.yaml")).isEqualTo("fleet: mine\n");
        assertThat(text("run.sh")).isEqualTo("#!/bin/bash\n");
    }

    /** As a push does it, which does not wait for edits. */
    private void pushed(Edit edit) {
        var handling = new PushSession.Handling((_, _) -> List.of(), new Told(), new Fleet(), PushRules.DEFAULT);
        new HostedEdits(repositories, handling, InstantSource.fixed(NOW)).commit(fleet(), edit);
    }

    @Test
    void dryRunSaysWhatWouldChangeAndChangesNothing() {
        Revision before = newest().commit().revision();
        var plan = new ArrayList<String>();

        EditResult result = edits.dryRun(fleet(), edit("fleet.yaml", "fleet: store"), plan::add);

        assertThat(result).isInstanceOf(EditResult.Tried.class);
        assertThat(plan).containsExactly("plan of fleet: store");
        assertThat(newest().commit().revision()).isEqualTo(before);
        assertThat(looked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../out", "/etc/passwd", ".git/config", "units/.GIT/x", "a//b", "", "units/", "a\\b", "a\nb"})
    void pathThatNoSourceMayHoldIsRefused(String path) {
        assertRefused(edit(path, "x\n"), "");
    }

    @Test
    void folderAndFileDoNotReplaceEachOther() {
        assertRefused(edit("units", "x\n"), "is a folder");
        assertRefused(edit("fleet.yaml/more", "x\n"), "would be inside of fleet.yaml, which is a file");
    }

    @Test
    void editThatSaysNothingOrTooMuchIsRefused() {
        Revision base = newest().commit().revision();
        assertRefused(edit("fleet.yaml", "fleet: shop\n"), "holds just this already");
        assertRefused(new Edit("fleet.yaml", "x\n", base, " \n", "ann"), "say in the message");
        assertRefused(edit("fleet.yaml", "x".repeat(Edit.MAX_TEXT + 1)), "over 256 kB");
        assertRefused(edit("fleet.yaml", "a\0b"), "NUL");
        assertRefused(
                new Edit("fleet.yaml", "x\n", new Revision("f".repeat(40)), "m", "ann"), "not in this repository");
        assertRefused(new Edit("fleet.yaml", "x\n", new Revision("17"), "m", "ann"), "not in this repository");
    }

    @Test
    void sourceThatIsNotABranchOfOursIsReadOnly() {
        var elsewhere = source("https://git.example.net/fleet.git", "main", Optional.empty());

        assertThat(edits.whyReadOnly(fleet())).isEmpty();
        assertThat(edits.whyReadOnly(elsewhere).orElseThrow()).contains("not hosted here", "git.example.net");
        assertThat(edits.whyReadOnly(source("fleet", "other", Optional.empty())).orElseThrow())
                .contains("no branch 'other'");
        assertThatThrownBy(() -> edits.commit(elsewhere, edit("fleet.yaml", "x\n")))
                .isInstanceOf(SourceException.class)
                .hasMessageContaining("read-only");
    }
}
