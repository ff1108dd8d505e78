package io.espalier.backup.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.backup.repository.LocalObjectStore;
import io.espalier.backup.repository.ObjectName;
import io.espalier.backup.repository.ObjectSink;
import io.espalier.backup.repository.ObjectStore;
import io.espalier.backup.repository.Receipt;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.server.HostKeys;
import io.espalier.backup.server.Intake;
import io.espalier.backup.server.ServerIdentity;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every way from a host to the server promises. */
abstract class TransportContract {
    static final Auid HOST = new Auid("web-1");
    static final String TOKEN = "a-token-of-web-1-only";
    static final Duration PATIENCE = Duration.ofSeconds(30);

    static final Duration SHORT = Duration.ofMillis(700);

    @TempDir
    static Path keys;

    static ServerIdentity identity;

    @TempDir
    Path repository;

    volatile HostKeys hosts = auid -> auid.equals(HOST) ? Optional.of(HostKey.ofToken(TOKEN)) : Optional.empty();

    @BeforeAll
    static void makeKeys() throws Exception {
        identity = ServerIdentity.in(keys);
    }

    /** Starts a server, which ends with the test; the one before ends first. */
    abstract void serve(Intake intake) throws Exception;

    abstract ObjectSink sink(Auid auid, String token, Receipts.Verifier verifier, Duration patience);

    @BeforeEach
    void serve() throws Exception {
        serve(intake(LocalObjectStore.in(repository)));
    }

    Intake intake(ObjectStore store) {
        return new Intake(store, identity.signer(), Intake.Limits.USUAL, Clock.systemUTC());
    }

    ObjectSink sink() {
        return sink(HOST, TOKEN, Receipts.Verifier.parse(identity.receiptKey()), PATIENCE);
    }

    @Test
    void receiptMeansThatTheServerHasTheBytes() throws Exception {
        ObjectSink sink = sink();
        for (int size : new int[] {1, 100, Frame.MAX_DATA, Frame.MAX_DATA + 1, 9_000_000}) {
            byte[] bytes = Store.bytes(size, size);
            ObjectName name = Store.name(bytes);
            ByteBuffer content = ByteBuffer.wrap(bytes);
            Receipt receipt = sink.put(name, content);
            assertThat(receipt.name()).isEqualTo(name);
            assertThat(receipt.size()).isEqualTo(size);
            assertThat(content.remaining()).isEqualTo(size);
            Store.assertHolds(repository, name);
        }
    }

    @Test
    void whatIsThereGetsItsReceiptAgain() throws Exception {
        ObjectSink sink = sink();
        byte[] bytes = Store.bytes(1, 500_000);
        Receipt first = sink.put(Store.name(bytes), ByteBuffer.wrap(bytes));
        assertThat(sink.put(Store.name(bytes), ByteBuffer.wrap(bytes))).isEqualTo(first);
    }

    @Test
    void manyAtOnceAllArrive() throws Exception {
        ObjectSink sink = sink();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<ObjectName>> puts = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                byte[] bytes = Store.bytes(i % 20, 300_000 + i % 20);
                puts.add(() ->
                        sink.put(Store.name(bytes), ByteBuffer.wrap(bytes)).name());
            }
            for (Future<ObjectName> put : threads.invokeAll(puts)) {
                Store.assertHolds(repository, put.get());
            }
        }
    }

    @Test
    void aHostLooksItsOwnObjectsUp() throws Exception {
        ObjectSink sink = sink();
        byte[] pack = Store.bytes(5, 1_000);
        byte[] index = Store.bytes(6, 700_000);
        ObjectName indexName = ObjectName.of(ObjectName.Kind.INDEX, index);
        sink.put(Store.name(pack), ByteBuffer.wrap(pack));
        sink.put(indexName, ByteBuffer.wrap(index));
        var reader = new RemoteReader((RemoteReader.Asker) sink);
        assertThat(reader.list(ObjectName.Kind.PACK)).containsExactly(Store.name(pack));
        assertThat(reader.list(ObjectName.Kind.MARK)).isEmpty();
        assertThat(reader.get(indexName)).isEqualTo(index);
        assertThatThrownBy(() -> reader.get(Store.name(pack)))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.DENIED));
    }

    @Test
    void bytesUnderAWrongNameAreRefused() {
        ObjectName wrong = Store.name(Store.bytes(1, 10));
        assertThatThrownBy(() -> sink().put(wrong, ByteBuffer.wrap(Store.bytes(2, 10))))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.DAMAGED));
    }

    @Test
    void marksAreNoRightOfHosts() {
        byte[] bytes = Store.bytes(1, 10);
        ObjectName mark = ObjectName.of(ObjectName.Kind.MARK, ByteBuffer.wrap(bytes));
        assertThatThrownBy(() -> sink().put(mark, ByteBuffer.wrap(bytes)))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.DENIED));
    }

    @Test
    void receiptOfAnotherServerIsNotBelieved() throws Exception {
        var other = new Receipts.Verifier(
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic());
        ObjectSink sink = sink(HOST, TOKEN, other, SHORT);
        byte[] bytes = Store.bytes(1, 1_000);
        assertThatThrownBy(() -> sink.put(Store.name(bytes), ByteBuffer.wrap(bytes)))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.UNREACHABLE))
                .hasMessageContaining("did not sign");
    }

    @Test
    void tokenOfAnotherHostOpensNothing() {
        byte[] bytes = Store.bytes(3, 1_000);
        Receipts.Verifier verifier = Receipts.Verifier.parse(identity.receiptKey());
        ObjectSink stolen = sink(new Auid("db-1"), TOKEN, verifier, SHORT);
        ObjectSink wrong = sink(HOST, "no-token-of-any-host", verifier, SHORT);
        for (ObjectSink sink : List.of(stolen, wrong)) {
            assertThatThrownBy(() -> sink.put(Store.name(bytes), ByteBuffer.wrap(bytes)))
                    .isInstanceOf(StoreException.class);
        }
        assertThat(repository.toFile().list()).isNullOrEmpty();
    }

    @Test
    void hostThatWasTakenOffIsOffAtOnce() throws Exception {
        ObjectSink sink = sink(HOST, TOKEN, Receipts.Verifier.parse(identity.receiptKey()), SHORT);
        byte[] first = Store.bytes(4, 1_000);
        sink.put(Store.name(first), ByteBuffer.wrap(first));
        hosts = auid -> Optional.empty();
        byte[] second = Store.bytes(5, 1_000);
        assertThatThrownBy(() -> sink.put(Store.name(second), ByteBuffer.wrap(second)))
                .isInstanceOf(StoreException.class);
    }

    @Test
    void storeThatForgetsGivesNoReceipt() throws Exception {
        serve(intake(new Faulty(LocalObjectStore.in(repository), Faulty.How.FORGETS)));
        byte[] bytes = Store.bytes(6, 1_000);
        ObjectSink sink = sink(HOST, TOKEN, Receipts.Verifier.parse(identity.receiptKey()), SHORT);
        assertThatThrownBy(() -> sink.put(Store.name(bytes), ByteBuffer.wrap(bytes)))
                .isInstanceOf(StoreException.class);
    }

    @Test
    void fullStoreIsSaidToBeFull() throws Exception {
        serve(intake(new Faulty(LocalObjectStore.in(repository), Faulty.How.IS_FULL)));
        byte[] bytes = Store.bytes(7, 1_000);
        assertThatThrownBy(() -> sink().put(Store.name(bytes), ByteBuffer.wrap(bytes)))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.FULL));
    }

    @Test
    void serverThatStartsAgainGoesOn() throws Exception {
        ObjectSink sink = sink();
        byte[] bytes = Store.bytes(8, 3_000_000);
        sink.put(Store.name(bytes), ByteBuffer.wrap(bytes));
        serve();
        byte[] more = Store.bytes(9, 3_000_000);
        sink.put(Store.name(more), ByteBuffer.wrap(more));
        Store.assertHolds(repository, Store.name(more));
    }

    @Test
    void repositoryHoldsNothingButObjects() throws Exception {
        byte[] bytes = Store.bytes(10, 3_000_000);
        sink().put(Store.name(bytes), ByteBuffer.wrap(bytes));
        try (var files = Files.walk(repository)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
    }
}
