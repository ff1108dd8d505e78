package io.espalier.orchestrator.source.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.Finding;
import io.espalier.orchestrator.source.GitCli;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.git.WantedRef;
import java.io.BufferedReader;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostedPushIT {

    private static final SourceName FLEET = new SourceName("fleet");

    @TempDir
    private Path folder;

    private HostedServer server;
    private GitCli work;

    @BeforeEach
    void start() throws Exception {
        server = new HostedServer(folder);
        Path content = Files.createDirectories(folder.resolve("content/units"));
        Files.writeString(content.resolve("motd.yaml"), "unit: motd\n");
        Files.writeString(folder.resolve("content/fleet.yaml"), "fleet: shop\n");
        server.repositories.create(FLEET, folder.resolve("content"));
        work = GitCli.clone(server.url("fleet"), folder.resolve("work"));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void cloneHoldsTheInitialContent() throws Exception {
        assertThat(work.folder().resolve("units/motd.yaml")).hasContent("unit: motd\n");
        GitCli shallow = GitCli.clone(server.url("fleet"), folder.resolve("shallow"), "--depth", "1");
        assertThat(shallow.folder().resolve("fleet.yaml")).exists();
    }

    @Test
    void goodPushIsAcceptedAndFollowedToItsVerdict() throws Exception {
        String id = work.write("fleet.yaml", "fleet: shop2\n").commit("Rename");
        var push = work.run("push", "origin", "main").mustSucceed();
        assertThat(push.output()).contains("remote: fleet " + id.substring(0, 8) + " applied");
        assertThat(server.pushed).containsExactly(FLEET);
        assertThat(served()).isEqualTo(id);
    }

    @Test
    void badPushIsRefusedWithEachProblemAndChangesNothing() throws Exception {
        server.check = (source, candidate) -> {
            assertThat(candidate.read("hosts.yaml")).isPresent();
            return List.of(
                    Finding.error("hosts.yaml:12:7 web3: unknown tier 'wbe' (did you mean 'web'?)"),
                    Finding.warning("units/old.yaml matches no host"));
        };
        String before = served();
        work.write("hosts.yaml", "web3: { tier: wbe }\n").commit("Add web3");
        var push = work.run("push", "origin", "main");
        assertThat(push.status()).isNotZero();
        assertThat(push.output())
                .contains("remote: hosts.yaml:12:7 web3: unknown tier 'wbe' (did you mean 'web'?)")
                .contains("remote: warning: units/old.yaml matches no host")
                .contains("remote: refused: 1 error, nothing was changed")
                .contains("! [remote rejected] main -> main (1 error)");
        assertThat(served()).isEqualTo(before);
        assertThat(server.pushed).isEmpty();
    }

    @Test
    void progressArrivesWhileTheRolloutStillRuns() throws Exception {
        var seen = new CountDownLatch(1);
        server.follow = (_, _, lines) -> {
            lines.accept("wave 1/2 web1 applied in 41 ms");
            try {
                // The verdict is held back until the terminal showed the line before it
                lines.accept(seen.await(30, TimeUnit.SECONDS) ? "done: seen in time" : "done: not seen in time");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        work.write("fleet.yaml", "fleet: shop3\n").commit("Rename");
        Process push = work.start("push", "origin", "main");
        var output = new StringBuilder();
        try (BufferedReader reader = push.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                output.append(line).append('\n');
                if (line.contains("wave 1/2 web1")) {
                    seen.countDown();
                }
            }
        }
        assertThat(push.waitFor()).isZero();
        assertThat(output).contains("remote: done: seen in time");
    }

    @Test
    void dryRunPrintsThePlanAndMovesNothing() throws Exception {
        String before = served();
        work.write("new.yaml", "x\n").commit("Add");
        var push = work.run("push", "-o", "dry-run", "origin", "main");
        assertThat(push.output())
                .contains("remote: plan for fleet: [fleet.yaml, new.yaml, units/motd.yaml]")
                .contains("! [remote rejected] main -> main (dry run)");
        assertThat(served()).isEqualTo(before);
        assertThat(server.pushed).isEmpty();
    }

    @Test
    void nowaitDoesNotFollow() throws Exception {
        server.follow = (_, _, lines) -> lines.accept("followed");
        work.write("new.yaml", "x\n").commit("Add");
        var push = work.run("push", "-o", "nowait", "origin", "main").mustSucceed();
        assertThat(push.output()).contains("remote: accepted; not waiting").doesNotContain("followed");
        assertThat(server.pushed).containsExactly(FLEET);
    }

    @Test
    void unknownPushOptionIsRefusedNamingTheKnownOnes() throws Exception {
        work.write("new.yaml", "x\n").commit("Add");
        var push = work.run("push", "-o", "dryrun", "origin", "main");
        assertThat(push.status()).isNotZero();
        assertThat(push.output()).contains("remote: unknown push option 'dryrun' (known: dry-run, nowait)");
    }

    @Test
    void pusherWhoGoesAwayDoesNotStopTheRollout() throws Exception {
        var began = new CountDownLatch(1);
        var gone = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        server.follow = (_, _, lines) -> {
            lines.accept("wave 1/2");
            began.countDown();
            try {
                gone.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            for (int i = 0; i < 3_000; i++) {
                lines.accept("wave 2/2 host " + i);
            }
            ended.countDown();
        };
        String id = work.write("new.yaml", "x\n").commit("Add");
        Process push = work.start("push", "origin", "main");
        assertThat(began.await(30, TimeUnit.SECONDS)).isTrue();
        push.descendants().forEach(ProcessHandle::destroyForcibly);
        push.destroyForcibly().waitFor();
        gone.countDown();
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(served()).isEqualTo(id);
        GitCli.clone(server.url("fleet"), folder.resolve("again"));
    }

    @Test
    void checkThatBreaksRefusesThePush() throws Exception {
        String before = served();
        server.check = (_, _) -> {
            throw new IllegalStateException("a defect");
        };
        work.write("new.yaml", "x\n").commit("Add");
        assertThat(work.run("push", "origin", "main").output())
                .contains("remote: the check itself failed; nothing was changed")
                .contains("[remote rejected]");
        assertThat(served()).isEqualTo(before);
    }

    @Test
    void followerThatBreaksIsToldAndThePushStands() throws Exception {
        server.follow = (_, _, _) -> {
            throw new IllegalStateException("a defect");
        };
        String id = work.write("new.yaml", "x\n").commit("Add");
        var push = work.run("push", "origin", "main").mustSucceed();
        assertThat(push.output()).contains("remote: cannot follow further");
        assertThat(served()).isEqualTo(id);
    }

    @Test
    void twoPushersCannotOverwriteEachOther() throws Exception {
        GitCli other = GitCli.clone(server.url("fleet"), folder.resolve("other"));
        other.write("theirs", "1").commit("Theirs");
        work.write("ours", "1").commit("Ours");
        var between = new CountDownLatch(1);
        server.check = (_, candidate) -> {
            if (candidate.paths().contains("ours")) {
                // While ours is being checked, theirs is pushed and accepted
                other.run("push", "-q", "-o", "nowait", "origin", "main").mustSucceed();
                between.countDown();
            }
            return List.of();
        };
        var push = work.run("push", "origin", "main");
        assertThat(between.getCount()).isZero();
        assertThat(push.status()).isNotZero();
        assertThat(served()).isEqualTo(other.head());
    }

    @Test
    void onlyATagThatBecomesTheHighestIsFollowed() throws Exception {
        server.wanted = WantedRef.of("refs/tags/v*", Optional.of("semver"));
        work.run("tag", "-a", "-m", "Ten", "v1.10.0").mustSucceed();
        assertThat(work.run("push", "origin", "v1.10.0").mustSucceed().output())
                .contains("remote: fleet " + work.head().substring(0, 8) + " applied");
        work.write("new.yaml", "x\n").commit("Add");
        work.run("tag", "v1.9.0").mustSucceed();
        assertThat(work.run("push", "origin", "v1.9.0").mustSucceed().output())
                .contains("remote: accepted; fleet stands at another revision")
                .doesNotContain("applied");
        assertThat(work.run("push", "origin", "main").mustSucceed().output()).doesNotContain("applied");
    }

    @Test
    void sameContentGivesTheSameFirstCommit() throws Exception {
        server.repositories.create(new SourceName("copy"), folder.resolve("content"));
        assertThat(server.repositories
                        .find(new SourceName("copy"))
                        .orElseThrow()
                        .resolve("refs/heads/main")
                        .name())
                .isEqualTo(served());
        assertThat(server.repositories.create(FLEET, folder.resolve("content"))).isFalse();
        assertThat(server.repositories.names()).containsExactly(new SourceName("copy"), FLEET);
    }

    @Test
    void tidyingPutsPacksTogetherAndKeepsEverything() throws Exception {
        for (int i = 0; i < 25; i++) {
            work.write("file" + i, "content " + i).commit("File " + i);
            work.run("push", "-q", "-o", "nowait", "origin", "main").mustSucceed();
        }
        Path packs = folder.resolve("git/fleet.git/objects/pack");
        assertThat(packs.toFile().list((_, name) -> name.endsWith(".pack"))).hasSizeGreaterThan(20);
        // Packs of the last hour are left alone: somebody may be reading them
        for (File pack : packs.toFile().listFiles()) {
            assertThat(pack.setLastModified(
                            System.currentTimeMillis() - Duration.ofHours(2).toMillis()))
                    .isTrue();
        }
        server.repositories.tidy();
        assertThat(packs.toFile().list((_, name) -> name.endsWith(".pack"))).hasSizeLessThan(4);
        GitCli again = GitCli.clone(server.url("fleet"), folder.resolve("again"));
        assertThat(again.head()).isEqualTo(work.head());
    }

    private String served() throws Exception {
        return server.repositories
                .find(FLEET)
                .orElseThrow()
                .resolve("refs/heads/main")
                .name();
    }
}
