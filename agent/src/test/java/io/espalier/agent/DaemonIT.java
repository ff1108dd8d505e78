package io.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.espalier.agent.testing.AgentProcess;
import io.espalier.agent.testing.Linux;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.agent.testing.Wanted;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.Message;
import io.espalier.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the daemon itself: killed in the middle, started twice. */
class DaemonIT {

    @TempDir
    private Path folder;

    private Path root;
    private final Orchestrator orchestrator = new Orchestrator();
    private AgentProcess agent;

    @BeforeEach
    void start() throws IOException {
        root = Files.createDirectories(folder.resolve("host"));
        AgentProcess.configure(root, orchestrator, "drift: { check: 0s }");
        agent = AgentProcess.start(root);
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @Test
    void killedInTheMiddleOfAnApplyItRecoversAndTellsTheNextWhoAsks() throws Exception {
        Path reloads = folder.resolve("reloads");
        Path gate = folder.resolve("gate");
        Wanted before = withReload("one\n", reloads, gate);
        Files.createFile(gate);
        try (var connection = agent.connect()) {
            assertThat(connection.apply(orchestrator.sign(before.release()), before.blobs()))
                    .isInstanceOf(ApplyOutcome.Applied.class);
        }
        Files.delete(gate);
        Wanted after = withReload("two\n", reloads, gate);
        try (var connection = agent.connect()) {
            connection.send(new Message.Apply(orchestrator.sign(after.release()), Optional.empty()));
            var missing = (Message.Missing) connection.receive();
            connection.sendBlobs(Orchestrator.compress(missing.blobs(), after.blobs()));
            Await.until("the reload runs", () -> Files.readString(reloads).equals("one\ntwo\n"));
            assertThat(root.resolve("etc/app.conf")).hasContent("two");
            agent.kill();
        }
        Files.createFile(gate);
        agent = AgentProcess.start(root);
        assertThat(root.resolve("etc/app.conf")).hasContent("one");
        assertThat(reloads).hasContent("one\ntwo\none");
        try (var connection = agent.connect()) {
            Message.Status status = connection.status();
            assertThat(status.current()).contains(before.release().id());
            assertThat(status.number()).isEqualTo(2);
            assertThat(status.last().orElseThrow().release())
                    .isEqualTo(after.release().id());
            assertThat(status.last().orElseThrow().outcome())
                    .isInstanceOfSatisfying(ApplyOutcome.RolledBack.class, back -> {
                        assertThat(back.reason()).isEqualTo(Reason.INTERRUPTED);
                        assertThat(back.clean()).isTrue();
                    });
            assertThat(connection.apply(orchestrator.sign(after.release()), after.blobs()))
                    .isInstanceOf(ApplyOutcome.Applied.class);
        }
    }

    private static Wanted withReload(String text, Path reloads, Path gate) {
        var wanted = new Wanted();
        wanted.unit("app")
                .file("/etc/app.conf", text)
                .reload(
                        "/bin/sh",
                        "-c",
                        "cat {root}/etc/app.conf >> " + reloads + "; while ! [ -e " + gate + " ]; do sleep 0.02; done");
        return wanted;
    }

    @Test
    void aSecondDaemonOnTheSameRootIsRefusedAndTheFirstGoesOn() throws Exception {
        try (var second = AgentProcess.launchBeside(root)) {
            assertThat(second.process().waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(second.process().exitValue()).isEqualTo(1);
            assertThat(second.log()).contains("an agent runs on this root already");
        }
        try (var connection = agent.connect()) {
            Wanted wanted = Wanted.files("/etc/motd", "hello\n");
            assertThat(connection.apply(orchestrator.sign(wanted.release()), wanted.blobs()))
                    .isInstanceOf(ApplyOutcome.Applied.class);
        }
        agent.kill();
        agent = AgentProcess.start(root);
        try (var connection = agent.connect()) {
            assertThat(connection.status().number()).isEqualTo(1);
        }
    }

    @Test
    void aReadOnlyPartOfTheHostIsToldAndTheRestGoesOn() throws Exception {
        assumeTrue(Linux.isRoot(), "needs root, to mount something read-only");
        agent.close();
        Files.createDirectories(root.resolve("srv"));
        Linux.withOwnMounts(() -> {
            Linux.run(
                    "mount",
                    "-t",
                    "tmpfs",
                    "-o",
                    "ro",
                    "tmpfs",
                    root.resolve("srv").toString());
            try (var inside = AgentProcess.start(root);
                    var connection = inside.connect()) {
                Wanted onIt = Wanted.files("/etc/motd", "x\n", "/srv/x", "x\n");
                assertThat(connection.apply(orchestrator.sign(onIt.release()), onIt.blobs()))
                        .isInstanceOfSatisfying(ApplyOutcome.Rejected.class, refused -> {
                            assertThat(refused.reason()).isEqualTo(Reason.READ_ONLY);
                            assertThat(refused.detail()).isEqualTo("the file system of /srv is read-only");
                        });
                assertThat(root.resolve("etc/motd")).doesNotExist();
                Wanted beside = Wanted.files("/etc/motd", "x\n");
                assertThat(connection.apply(orchestrator.sign(beside.release()), beside.blobs()))
                        .isInstanceOf(ApplyOutcome.Applied.class);
            }
        });
        agent = AgentProcess.start(root);
    }
}
