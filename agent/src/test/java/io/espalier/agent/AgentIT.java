package io.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.agent.testing.AgentProcess;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.agent.testing.Wanted;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.Message;
import io.espalier.testkit.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real agent process, spoken to over its socket. */
class AgentIT {

    @TempDir
    private Path folder;

    private Path root;
    private final Orchestrator orchestrator = new Orchestrator();
    private AgentProcess agent;

    @BeforeEach
    void start() throws Exception {
        root = Files.createDirectories(folder.resolve("host"));
        AgentProcess.configure(root, orchestrator, "drift: { check: 1s }");
        agent = AgentProcess.start(root);
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    @Test
    void filesOfAReleaseAreLaidAndTheSameReleaseTwiceChangesNothing() throws Exception {
        Wanted wanted = Wanted.files("/etc/motd", "hello\n", "/srv/app/deep/er/conf", "x = 1\n");
        try (var connection = agent.connect()) {
            ApplyOutcome outcome = connection.apply(orchestrator.sign(wanted.release()), wanted.blobs());
            assertThat(outcome).isInstanceOf(ApplyOutcome.Applied.class);
            assertThat(root.resolve("etc/motd")).hasContent("hello\n");
            assertThat(root.resolve("srv/app/deep/er/conf")).hasContent("x = 1\n");
            assertThat(connection.progress())
                    .extracting(step -> step.step().name())
                    .containsExactly("STAGED", "PREPARED", "VALIDATED", "SWITCHED", "RELOADED", "HEALTHY", "COMMITTED");

            assertThat(connection.apply(orchestrator.sign(wanted.release()), wanted.blobs()))
                    .isEqualTo(new ApplyOutcome.Unchanged());
            Message.Status status = connection.status();
            assertThat(status.number()).isEqualTo(2);
            assertThat(status.current()).contains(wanted.release().id());
            assertThat(status.facts().cpus()).isPositive();
            assertThat(status.facts().memory()).isPositive();
        }
        try (var names = Files.walk(root.resolve("srv"))) {
            assertThat(names.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("."));
        }
    }

    @Test
    void failedHealthPutsBytesBackAndReloadsTwice() throws Exception {
        Path reloads = folder.resolve("reloads");
        Wanted good = Wanted.files("/etc/app.conf", "good\n");
        Wanted bad = new Wanted();
        bad.unit("app")
                .file("/etc/app.conf", "bad\n", 0600, "", "")
                .file("/etc/new.conf", "new\n")
                .reload("/bin/sh", "-c", "cat {root}/etc/app.conf >> " + reloads)
                .health(Duration.ofMillis(200), "/bin/grep", "-q", "good", "{root}/etc/app.conf");
        try (var connection = agent.connect()) {
            connection.apply(orchestrator.sign(good.release()), good.blobs());
            ApplyOutcome outcome = connection.apply(orchestrator.sign(bad.release()), bad.blobs());
            assertThat(outcome).isInstanceOfSatisfying(ApplyOutcome.RolledBack.class, back -> {
                assertThat(back.reason()).isEqualTo(Reason.UNHEALTHY);
                assertThat(back.clean()).isTrue();
            });
            assertThat(root.resolve("etc/app.conf")).hasContent("good\n");
            assertThat(Files.getPosixFilePermissions(root.resolve("etc/app.conf")))
                    .hasSize(4);
            assertThat(root.resolve("etc/new.conf")).doesNotExist();
            assertThat(reloads).hasContent("bad\ngood\n");
            assertThat(connection.status().current()).contains(good.release().id());
        }
    }

    @Test
    void whatIsNotConfirmedGoesBackByItselfAlsoAfterARestart() throws Exception {
        Wanted before = Wanted.files("/etc/motd", "one\n");
        Wanted after = Wanted.files("/etc/motd", "two\n");
        try (var connection = agent.connect()) {
            connection.apply(orchestrator.sign(before.release()), before.blobs());
            ApplyOutcome outcome =
                    connection.apply(orchestrator.sign(after.release(), Duration.ofSeconds(6)), after.blobs());
            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            ApplyOutcome.Applied.class,
                            applied -> assertThat(applied.awaitingConfirm()).isTrue());
            assertThat(connection.ask(new Message.Confirm(2)))
                    .isInstanceOfSatisfying(
                            Message.Refused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(Reason.NOT_CONFIRMED));
        }
        agent.kill();
        agent = AgentProcess.start(root);
        assertThat(read("etc/motd")).isEqualTo("two\n");
        Await.until("the old text is back", () -> read("etc/motd").equals("one\n"));
        try (var connection = agent.connect()) {
            Await.until(
                    "it is told",
                    () -> connection.status().last().isPresent()
                            && connection.status().last().get().outcome()
                                    instanceof ApplyOutcome.RolledBack(var reason, var detail, var clean)
                            && reason == Reason.NOT_CONFIRMED);
        }
    }

    @Test
    void aFreshConnectionConfirmsAlsoAfterARestart() throws Exception {
        Wanted after = Wanted.files("/etc/motd", "two\n");
        try (var connection = agent.connect()) {
            connection.apply(orchestrator.sign(after.release(), Duration.ofSeconds(60)), after.blobs());
        }
        agent.kill();
        agent = AgentProcess.start(root);
        try (var connection = agent.connect()) {
            assertThat(connection.status().awaitingConfirm()).isTrue();
            assertThat(connection.ask(new Message.Confirm(1))).isInstanceOf(Message.Finished.class);
            assertThat(connection.status().awaitingConfirm()).isFalse();
            assertThat(connection.status().current()).contains(after.release().id());
        }
    }

    @Test
    void driftIsFoundDatedAndTold() throws Exception {
        Wanted wanted = new Wanted();
        wanted.unit("app")
                .file("/etc/a", "a\n")
                .file("/etc/b", "b\n")
                .file("/etc/c", "c\n")
                .purge("/etc/conf.d/")
                .file("/etc/conf.d/x", "x\n");
        try (var connection = agent.connect()) {
            connection.apply(orchestrator.sign(wanted.release()), wanted.blobs());
            Files.writeString(root.resolve("etc/a"), "changed\n");
            Files.delete(root.resolve("etc/b"));
            Files.setPosixFilePermissions(
                    root.resolve("etc/c"), java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
            Files.writeString(root.resolve("etc/conf.d/y"), "y\n");
            Await.until("drift is found", () -> drifted(connection) == 4);
            var drift = (Message.Drift) connection.ask(new Message.GetDrift());
            assertThat(drift.paths())
                    .extracting(path -> path.path() + " " + path.kind())
                    .containsExactly("/etc/a CONTENT", "/etc/b MISSING", "/etc/c MODE", "/etc/conf.d/y UNEXPECTED");
            var again = (Message.Drift) connection.ask(new Message.GetDrift());
            assertThat(again).isEqualTo(drift);
        }
    }

    @Test
    void anApplyOfAPlanFromAnotherStateIsRefused() throws Exception {
        Wanted wanted = Wanted.files("/etc/motd", "one\n");
        try (var connection = agent.connect()) {
            var observed = (Message.Observed) connection.ask(new Message.Observe(List.of("/etc/motd"), List.of()));
            assertThat(observed.files()).isEmpty();
            Files.writeString(root.resolve("etc/motd"), "by hand\n");
            assertThat(connection.apply(
                            orchestrator.sign(wanted.release()), Optional.of(observed.digest()), wanted.blobs()))
                    .isInstanceOfSatisfying(
                            ApplyOutcome.Rejected.class,
                            rejected -> assertThat(rejected.reason()).isEqualTo(Reason.HOST_MOVED));
            assertThat(root.resolve("etc/motd")).hasContent("by hand\n");
            observed = (Message.Observed) connection.ask(new Message.Observe(List.of("/etc/motd"), List.of()));
            assertThat(connection.apply(
                            orchestrator.sign(wanted.release()), Optional.of(observed.digest()), wanted.blobs()))
                    .isInstanceOf(ApplyOutcome.Applied.class);
        }
    }

    private static int drifted(Orchestrator.Connection connection) {
        try {
            return connection.status().drifted();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private String read(String path) {
        try {
            return Files.readString(root.resolve(path));
        } catch (java.io.IOException e) {
            return "";
        }
    }
}
