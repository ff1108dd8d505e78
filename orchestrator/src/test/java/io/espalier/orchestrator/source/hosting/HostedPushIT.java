package io.espalier.orchestrator.source.hosting;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.source.Finding;
import io.espalier.orchestrator.source.GitCli;
import io.espalier.orchestrator.source.SourceName;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

    private String served() throws Exception {
        return server.repositories.find(FLEET).orElseThrow().resolve("refs/heads/main").name();
    }
}
