package io.espalier.backup.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.link.Ended;
import io.espalier.backup.link.Order;
import io.espalier.backup.link.Pipe;
import io.espalier.backup.repository.KeyObject;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.server.Intake;
import io.espalier.backup.server.LinkDesk;
import io.espalier.backup.server.ServerIdentity;
import io.espalier.backup.server.Stores;
import io.espalier.backup.testing.Trees;
import io.espalier.backup.transport.Auid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real process, with this test in the agent's and the orchestrator's place. */
class BackupWorkerIT {

    private static final Auid HOST = new Auid("web-1");

    @TempDir
    static Path keys;

    private static ServerIdentity identity;

    @TempDir
    private Path dir;

    private final AgeIdentity.Pair owner = AgeIdentity.generate();
    private Stores stores;
    private ObjectStore store;
    private ClientKey key;
    private Path root;

    @BeforeAll
    static void makeKeys() throws Exception {
        identity = ServerIdentity.in(keys);
    }

    @BeforeEach
    void make() throws IOException {
        stores = Stores.below(dir.resolve("server"));
        store = stores.of(HOST);
        KeyObject.New made = KeyObject.create("web-1", owner.recipient());
        key = made.client();
        store.put(new ObjectName(Kind.KEY, key.keyHex()), ByteBuffer.wrap(made.bytes()));
        root = Files.createDirectories(dir.resolve("host"));
        Trees.grow(root.resolve("srv/data"), 11);
    }

    private Order run(String path) {
        return new Order.Run(
                "web1",
                HOST.text(),
                key.toFile(),
                identity.receiptKey(),
                new Order.Route.Link(),
                new Order.Files("files", List.of(path), List.of(), false, false),
                0,
                new Order.Hooks(List.of(), List.of()));
    }

    private LinkDesk desk() {
        var intake = new Intake(stores, identity.signer(), Intake.Limits.USUAL, Clock.systemUTC());
        return LinkDesk.run(intake, HOST, (entries, bytes, added, what) -> {});
    }

    private Ended ended(Order order, LinkDesk desk) throws Exception {
        return ended(order, desk, call -> false).orElseThrow();
    }

    /** @param cut looks at each call; true: the process is killed instead of answered */
    private Optional<Ended> ended(Order order, LinkDesk desk, Predicate<byte[]> cut) throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx160m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BackupWorker.class.getName(),
                        root.toString(),
                        root.resolve("state").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            var pipe = new Pipe(process.getInputStream(), process.getOutputStream());
            pipe.send(Pipe.ORDER, order.encode());
            while (true) {
                Pipe.Letter letter = pipe.receive();
                if (letter.letter() == Pipe.END) {
                    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
                    return Optional.of(Ended.decode(letter.bytes()));
                }
                if (cut.test(letter.bytes())) {
                    return Optional.empty();
                }
                pipe.send(Pipe.REPLY, desk.reply(letter.bytes()));
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private Order restore(String snapshot, String target, String... paths) throws IOException {
        var name = new ObjectName(Kind.SNAPSHOT, snapshot);
        byte[] own = Snapshot.parse(name, store.get(name)).keyWith(owner.identity());
        return new Order.Restore(name, key.toFile(), own, List.of(paths), target, true);
    }

    private LinkDesk restoreDesk(String snapshot) throws IOException {
        var name = new ObjectName(Kind.SNAPSHOT, snapshot);
        Set<ObjectName> granted =
                new HashSet<>(Snapshot.parse(name, store.get(name)).outline().packs());
        granted.add(name);
        return LinkDesk.restore(
                store,
                granted,
                Repository.openOutlines(store, key).packKeys(owner.identity()),
                (entries, bytes, added, what) -> {});
    }

    @Test
    void aTreeIsBackedUpDamagedAndRestoredInPlace() throws Exception {
        var before = Trees.seen(root.resolve("srv/data"));
        var made = (Ended.Made) ended(run("/srv/data"), desk());
        assertThat(made.reason()).as("%s", made).isEmpty();
        assertThat(made.report()).contains("\"auid\": \"web-1\"", "\"files\": {\"local\": \"ok\", \"push\": \"ok\"");
        try (var files = Files.walk(root.resolve("srv/data"))) {
            for (Path file : files.filter(Files::isRegularFile).limit(4).toList()) {
                Files.delete(file);
            }
        }
        String snapshot = made.snapshot().orElseThrow();
        var restored = (Ended.Restored) ended(restore(snapshot, "/", "/srv/data"), restoreDesk(snapshot));
        assertThat(restored.problems()).isEmpty();
        assertThat(Trees.seen(root.resolve("srv/data"))).isEqualTo(before);
    }

    @Test
    void killedInTheMiddleItGoesOnFromTheSpool() throws Exception {
        byte[] big = new byte[40 << 20];
        new java.util.Random(1).nextBytes(big);
        Files.write(root.resolve("srv/data/big"), big);
        int[] calls = {0};
        assertThat(ended(run("/srv/data"), desk(), call -> call.length > 100_000 && ++calls[0] > 10))
                .isEmpty();
        assertThat(store.list(Kind.SNAPSHOT)).isEmpty();
        var made = (Ended.Made) ended(run("/srv/data"), desk());
        assertThat(made.reason()).as("%s", made).isEmpty();
        assertThat(made.notes()).anyMatch(note -> note.contains("cut off went first"));
        String snapshot = made.snapshot().orElseThrow();
        var restored = (Ended.Restored) ended(restore(snapshot, "/back"), restoreDesk(snapshot));
        assertThat(restored.problems()).isEmpty();
        assertThat(Trees.seen(root.resolve("back/srv/data"))).isEqualTo(Trees.seen(root.resolve("srv/data")));
    }

    @Test
    void aRestoreReadsNoOtherSnapshotAndWritesThroughNoLink() throws Exception {
        String one = ((Ended.Made) ended(run("/srv/data"), desk())).snapshot().orElseThrow();
        Files.writeString(root.resolve("srv/other"), "secret");
        String two = ((Ended.Made) ended(run("/srv/other"), desk())).snapshot().orElseThrow();
        var other = (Ended.Failed) ended(restore(two, "/back"), restoreDesk(one));
        assertThat(other.reason()).isEqualTo("DENIED");
        Path outside = Files.createDirectories(dir.resolve("outside"));
        Files.createSymbolicLink(root.resolve("link"), outside);
        var through = (Ended.Failed) ended(restore(two, "/link/in"), restoreDesk(two));
        assertThat(through.detail()).contains("/link/in");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void aReceiptOfSomebodyElseIsNone() throws Exception {
        var forged = ServerIdentity.in(dir.resolve("forged"));
        var intake = new Intake(stores, forged.signer(), Intake.Limits.USUAL, Clock.systemUTC());
        var made =
                (Ended.Made) ended(run("/srv/data"), LinkDesk.run(intake, HOST, (entries, bytes, added, what) -> {}));
        assertThat(made.snapshot()).isEmpty();
        assertThat(made.detail()).contains("a receipt that the pinned key did not sign");
    }
}
