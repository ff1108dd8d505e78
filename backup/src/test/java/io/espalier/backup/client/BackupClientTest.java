package io.espalier.backup.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.crypt.ClientKey;
import io.espalier.backup.dump.DumpSpec;
import io.espalier.backup.dump.Limits;
import io.espalier.backup.files.Progress;
import io.espalier.backup.report.State;
import io.espalier.backup.repository.KeyObject;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.Repository;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.restore.Restore;
import io.espalier.backup.restore.RestorePlan;
import io.espalier.backup.server.DirectServer;
import io.espalier.backup.server.HostKeys;
import io.espalier.backup.server.Intake;
import io.espalier.backup.server.ServerIdentity;
import io.espalier.backup.server.Stores;
import io.espalier.backup.testing.Trees;
import io.espalier.backup.transport.Auid;
import io.espalier.backup.transport.DirectSink;
import io.espalier.backup.transport.HostKey;
import io.espalier.backup.transport.Receipts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs, to a server over HTTPS. */
class BackupClientTest {

    private static final Auid HOST = new Auid("web-1");
    private static final Auid OTHER = new Auid("web-2");

    @TempDir
    static Path keys;

    private static ServerIdentity identity;

    @TempDir
    private Path dir;

    private final AgeIdentity.Pair owner = AgeIdentity.generate();
    private final Map<Auid, String> tokens =
            new HashMap<>(Map.of(HOST, "a-token-of-web-1-only", OTHER, "a-token-of-web-2-only"));
    private Stores stores;
    private DirectServer server;
    private ClientKey key;
    private BackupClient client;
    private Path tree;

    @BeforeAll
    static void makeKeys() throws Exception {
        identity = ServerIdentity.in(keys);
    }

    @BeforeEach
    void start() throws Exception {
        stores = Stores.below(dir.resolve("server"));
        HostKeys hosts = auid -> Optional.ofNullable(tokens.get(auid)).map(HostKey::ofToken);
        var intake = new Intake(stores, identity.signer(), Intake.Limits.USUAL, Clock.systemUTC());
        server = new DirectServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), identity.tls(), intake, hosts);
        KeyObject.New made = KeyObject.create("web-1", owner.recipient());
        key = made.client();
        stores.of(HOST).put(new ObjectName(Kind.KEY, key.keyHex()), ByteBuffer.wrap(made.bytes()));
        client = new BackupClient(dir.resolve("state"), InstantSource.system());
        tree = dir.resolve("tree");
        Trees.grow(tree, 7);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Way way(Auid auid, String token) {
        return Way.direct(
                new DirectSink.Settings(
                        URI.create("https://127.0.0.1:" + server.port()),
                        Optional.of(identity.fingerprint()),
                        auid,
                        token,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(60)),
                Receipts.Verifier.parse(identity.receiptKey()));
    }

    private BackupJob files() {
        return BackupJob.of("web1", BackupJob.Files.of(List.of(tree)));
    }

    private BackupOutcome run(BackupJob job) throws Exception {
        try (Way way = way(HOST, "a-token-of-web-1-only")) {
            return client.run(job, way, key, Follower.NOBODY);
        }
    }

    private Path restored(BackupOutcome outcome) throws Exception {
        ObjectStore store = stores.of(HOST);
        var name = new ObjectName(Kind.SNAPSHOT, outcome.snapshot().orElseThrow());
        Snapshot snapshot = Snapshot.parse(name, store.get(name));
        Path target = Files.createTempDirectory(dir, "back");
        Restore.run(
                Repository.open(store, key),
                snapshot,
                owner.identity(),
                new RestorePlan(target, List.of(), true),
                Progress.NONE);
        return target;
    }

    @Test
    void aTreeThatWentToTheServerComesBackByteForByte() throws Exception {
        BackupOutcome outcome = run(files());
        assertThat(outcome.isGood()).as("%s", outcome).isTrue();
        Path back = restored(outcome).resolve(tree.toString().substring(1));
        assertThat(Trees.seen(back)).isEqualTo(Trees.seen(tree));
        assertThat(outcome.report().local()).isEqualTo(State.OK);
        assertThat(outcome.report().push()).isEqualTo(State.OK);
        assertThat(outcome.report().snapshot()).isEqualTo(outcome.snapshot());
    }

    @Test
    void whatTheServerHasIsNotSentAgain() throws Exception {
        BackupOutcome first = run(files());
        BackupOutcome second = run(files());
        assertThat(second.isGood()).isTrue();
        assertThat(second.added()).isLessThan(first.added() / 4);
        assertThat(stores.of(HOST).list(Kind.SNAPSHOT)).hasSize(2);
    }

    @Test
    void aWrongTokenIsNoBackup() throws Exception {
        try (Way way = way(HOST, "a-token-of-nobody-at-all")) {
            BackupOutcome outcome = client.run(files(), way, key, Follower.NOBODY);
            assertThat(outcome.snapshot()).isEmpty();
            assertThat(outcome.failure().orElseThrow().reason()).isEqualTo("DENIED");
            assertThat(outcome.report().push()).isEqualTo(State.FAIL);
            assertThat(outcome.report().error().orElseThrow()).startsWith("DENIED");
        }
        assertThat(client.report("web-1", Duration.ofDays(1)).toJson()).contains("\"push\": \"fail\"");
    }

    @Test
    void aHostSeesNothingOfAnother() throws Exception {
        BackupOutcome outcome = run(files());
        ObjectName pack = stores.of(HOST).list(Kind.PACK).getFirst();
        try (Way others = way(OTHER, "a-token-of-web-2-only");
                Way forged = way(HOST, "a-token-of-web-2-only");
                Way own = way(HOST, "a-token-of-web-1-only")) {
            assertThat(own.reader().list(Kind.PACK)).contains(pack);
            assertThat(others.reader().list(Kind.PACK)).isEmpty();
            assertDenied(() -> forged.reader().list(Kind.PACK));
            assertDenied(() -> own.reader().get(pack));
            assertDenied(() -> own.reader().list(Kind.SNAPSHOT));
            assertDenied(() -> own.reader()
                    .get(new ObjectName(Kind.SNAPSHOT, outcome.snapshot().orElseThrow())));
        }
    }

    private interface Reading {
        Object read() throws StoreException;
    }

    private static void assertDenied(Reading reading) {
        org.assertj.core.api.Assertions.assertThatThrownBy(reading::read)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.DENIED));
    }

    @Test
    void whatARunThatWasCutOffLeftInTheSpoolGoesFirst() throws Exception {
        try (Way way = way(HOST, "a-token-of-web-1-only")) {
            var puts = new AtomicInteger();
            ObjectSink breaking = (name, content) -> {
                if (name.kind() == Kind.PACK && puts.incrementAndGet() > 0) {
                    throw new StoreException(StoreException.Reason.FAILED, "cut off");
                }
                return way.sink().put(name, content);
            };
            BackupOutcome cut =
                    client.run(files(), new Way(way.reader(), breaking, true, () -> {}), key, Follower.NOBODY);
            assertThat(cut.snapshot()).isEmpty();
            assertThat(cut.failure().orElseThrow().reason()).isEqualTo("FAILED");
        }
        BackupOutcome outcome = run(files());
        assertThat(outcome.isGood()).as("%s", outcome).isTrue();
        assertThat(outcome.notes()).anyMatch(note -> note.contains("of a run that was cut off went first"));
        assertThat(Trees.seen(restored(outcome).resolve(tree.toString().substring(1))))
                .isEqualTo(Trees.seen(tree));
    }

    @Test
    void twoOfAKindDoNotRunAtOnceButTwoKindsDo() throws Exception {
        var entered = new CountDownLatch(1);
        var leave = new CountDownLatch(1);
        var first = new AtomicReference<BackupOutcome>();
        try (Way way = way(HOST, "a-token-of-web-1-only")) {
            Thread other = Thread.ofPlatform().start(() -> {
                try {
                    first.set(client.run(files(), way, key, (entries, bytes, added, what) -> {
                        entered.countDown();
                        try {
                            leave.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            entered.await();
            assertThat(run(files()).failure().orElseThrow().reason()).isEqualTo("BUSY");
            assertThat(run(command("other", "true", "echo", "hello")).isGood()).isTrue();
            leave.countDown();
            other.join();
        }
        assertThat(first.get().isGood()).isTrue();
    }

    private static BackupJob command(String kind, String verify, String... argv) {
        return BackupJob.of(
                "web1", new BackupJob.Dump(new DumpSpec.Command(kind, List.of(argv), List.of(verify), Limits.USUAL)));
    }

    @Test
    void aDumpIsPushedOnlyWhenItIsGood() throws Exception {
        BackupOutcome good = run(command("list", "cat", "echo", "one two"));
        assertThat(good.isGood()).as("%s", good).isTrue();
        try (var files = Files.walk(restored(good))) {
            assertThat(files.filter(Files::isRegularFile).findFirst().orElseThrow())
                    .hasContent("one two\n");
        }
        BackupOutcome bad = run(command("list", "false", "echo", "three"));
        assertThat(bad.snapshot()).isEmpty();
        assertThat(bad.failure().orElseThrow().reason()).isEqualTo("NOT_ACCEPTED");
        assertThat(bad.report().local()).isEqualTo(State.FAIL);
        assertThat(bad.report().lastOkAt()).isPresent();
        assertThat(dir.resolve("state/dumps")).isEmptyDirectory();
    }

    @Test
    void aHookThatFailsStopsTheRunAndTheOneAfterRunsAnyhow() throws Exception {
        Path ran = dir.resolve("ran");
        var hooks = new BackupJob.Hooks(List.of("false"), List.of("touch", ran.toString()), Duration.ofSeconds(30));
        var job = new BackupJob("web1", BackupJob.Files.of(List.of(tree)), hooks, 0, Duration.ofDays(1));
        BackupOutcome outcome = run(job);
        assertThat(outcome.failure().orElseThrow().reason()).isEqualTo("HOOK_FAILED");
        assertThat(ran).exists();
        assertThat(stores.of(HOST).list(Kind.SNAPSHOT)).isEmpty();
    }

    @Test
    void pathsAreThoseBeneathTheBase() throws Exception {
        var what =
                new BackupJob.Files("files", List.of(Path.of("/sub")), List.of(), List.of(), false, false, tree, true);
        Files.createDirectories(tree.resolve("sub"));
        Files.writeString(tree.resolve("sub/a"), "one");
        Path back = restored(run(BackupJob.of("web1", what)));
        assertThat(back.resolve("sub/a")).hasContent("one");
        try (var all = Files.list(back)) {
            assertThat(all).containsExactly(back.resolve("sub"));
        }
    }
}
