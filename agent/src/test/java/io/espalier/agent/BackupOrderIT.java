package io.espalier.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.agent.testing.AgentProcess;
import io.espalier.agent.testing.Orchestrator;
import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.link.Ended;
import io.espalier.backup.link.Order;
import io.espalier.backup.repository.KeyObject;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.server.Intake;
import io.espalier.backup.server.LinkDesk;
import io.espalier.backup.server.ServerIdentity;
import io.espalier.backup.server.Stores;
import io.espalier.backup.transport.Auid;
import io.espalier.protocol.Reason;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.SignedOrder;
import io.espalier.testkit.Await;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may order a backup, and what becomes of one whose orchestrator goes away. */
class BackupOrderIT {

    private static final Auid HOST = new Auid(Orchestrator.AUID.value());
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final Orchestrator orchestrator = new Orchestrator();
    private Path root;
    private AgentProcess agent;
    private ServerIdentity identity;
    private Stores stores;
    private ClientKey key;

    @BeforeEach
    void start() throws Exception {
        root = Files.createDirectories(folder.resolve("host"));
        Files.createDirectories(root.resolve("srv"));
        Files.writeString(root.resolve("srv/a"), "one");
        AgentProcess.configure(root, orchestrator, "drift: { check: 0s }");
        agent = AgentProcess.start(root);
        identity = ServerIdentity.in(folder.resolve("server"));
        stores = Stores.below(folder.resolve("stores"));
        key = KeyObject.create("test", AgeIdentity.generate().recipient()).client();
    }

    @AfterEach
    void stop() {
        agent.close();
    }

    private byte[] order() {
        return new Order.Run(
                        "test",
                        HOST.text(),
                        key.toFile(),
                        identity.receiptKey(),
                        new Order.Route.Link(),
                        new Order.Files("files", List.of("/srv"), List.of(), false, false),
                        0,
                        new Order.Hooks(List.of(), List.of()))
                .encode();
    }

    private static byte[] challenge(Orchestrator.Connection connection) throws IOException {
        connection.send(new Message.PrepareBackup());
        return ((Message.BackupChallenge) connection.receive()).nonce();
    }

    private SignedOrder signed(byte[] nonce) {
        return SignedOrder.sign(
                order(), Orchestrator.AUID, nonce, orchestrator.keys().getPrivate());
    }

    private static void assertRefused(Message message) {
        assertThat(message)
                .isInstanceOfSatisfying(
                        Message.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.SIGNATURE_INVALID));
    }

    @Test
    void anOrderCountsOnlyWithTheOrchestratorsSignatureForThisMoment() throws Exception {
        try (var connection = agent.connect()) {
            byte[] nonce = challenge(connection);
            var stranger = new Orchestrator();
            connection.send(new Message.RunBackup(SignedOrder.sign(
                    order(), Orchestrator.AUID, nonce, stranger.keys().getPrivate())));
            assertRefused(connection.receive());
            connection.send(new Message.RunBackup(signed(nonce))); // the challenge was used up
            assertRefused(connection.receive());
            byte[] other = challenge(connection);
            connection.send(new Message.RunBackup(signed(nonce)));
            assertRefused(connection.receive());
            assertThat(other).isNotEqualTo(nonce);
            assertThat(ended(connection, signed(challenge(connection)))).isInstanceOf(Ended.Made.class);
        }
        assertThat(stores.of(HOST).list(Kind.SNAPSHOT)).hasSize(1);
    }

    private Ended ended(Orchestrator.Connection connection, SignedOrder order) throws IOException {
        var intake = new Intake(stores, identity.signer(), Intake.Limits.USUAL, Clock.systemUTC());
        LinkDesk desk = LinkDesk.run(intake, HOST, (entries, bytes, added, what) -> {});
        connection.send(new Message.RunBackup(order));
        while (true) {
            switch (connection.receive()) {
                case Message.BackupCall(var call) -> connection.send(new Message.BackupReply(desk.reply(call)));
                case Message.BackupEnded(var ended) -> {
                    return Ended.decode(ended);
                }
                case Message other -> throw new EOFException(String.valueOf(other));
            }
        }
    }

    @Test
    void aBackupWhoseOrchestratorIsGoneEndsAndTheNextOneRuns() throws Exception {
        try (var connection = agent.connect()) {
            connection.send(new Message.RunBackup(signed(challenge(connection))));
            assertThat(connection.receive()).isInstanceOf(Message.BackupCall.class);
            assertThat(agent.process().descendants()).isNotEmpty();
        }
        Await.until(
                "the process of the backup is gone",
                LIMIT,
                () -> agent.process().descendants().noneMatch(ProcessHandle::isAlive));
        try (var connection = agent.connect()) {
            var made = (Ended.Made) ended(connection, signed(challenge(connection)));
            assertThat(made.reason()).as("%s", made).isEmpty();
        }
    }
}
