package io.espalier.backup.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.backup.crypt.AgeIdentity;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.StoreException.Reason;
import io.espalier.backup.testing.TestRepository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTest {

    @TempDir
    Path dir;

    /** Watches the orders that docs/spec/backup.md lists, by looking at the store whenever something is put. */
    private static final class Watch implements ObjectSink {
        private final TestRepository repository;
        private final ObjectSink next;
        private final List<String> broken = new ArrayList<>();
        private final List<Kind> order = new ArrayList<>();

        Watch(TestRepository repository, ObjectSink next) {
            this.repository = repository;
            this.next = next;
        }

        @Override
        public Receipt put(ObjectName name, ByteBuffer content) throws StoreException, InterruptedException {
            synchronized (this) {
                order.add(name.kind());
                byte[] bytes = new byte[content.remaining()];
                content.duplicate().get(bytes);
                try {
                    if (order.size() == 1 && name.kind() != Kind.PIN) {
                        broken.add("I4: " + name + " before the pin");
                    }
                    Set<ObjectName> packs = new HashSet<>(repository.store.list(Kind.PACK));
                    if (name.kind() == Kind.INDEX) {
                        Index.open(bytes, repository.key).packs().stream()
                                .filter(packed -> !packs.contains(packed.name()))
                                .forEach(packed -> broken.add("I2: index before " + packed.name()));
                    }
                    if (name.kind() == Kind.SNAPSHOT) {
                        Set<ObjectName> indexed = new HashSet<>();
                        for (ObjectName index : repository.store.list(Kind.INDEX)) {
                            Index.open(repository.store.get(index), repository.key)
                                    .packs()
                                    .forEach(packed -> indexed.add(packed.name()));
                        }
                        for (ObjectName pack :
                                Snapshot.parse(name, bytes).outline().packs()) {
                            if (!packs.contains(pack) || !indexed.contains(pack)) {
                                broken.add("I3: snapshot before " + pack);
                            }
                        }
                    }
                } catch (IOException e) {
                    broken.add(String.valueOf(e));
                }
            }
            return next.put(name, content);
        }
    }

    private static Snapshot backup(TestRepository repository, ObjectSink sink, int chunks) throws Exception {
        try (Session session = Session.begin(repository.store, sink, repository.key, repository.clock)) {
            var random = new Random(1);
            for (int i = 0; i < chunks; i++) {
                byte[] bytes = new byte[300_000];
                random.nextBytes(bytes);
                session.store(i % 5 == 0 ? Family.LISTING : Family.CONTENT, bytes, 0, bytes.length);
            }
            session.flush();
            return session.commit(new Session.Draft(
                    "host", "test", Optional.empty(), 1, 1, new Snapshot.Inside(List.of(), List.of(), List.of())));
        }
    }

    @Test
    void packsComeBeforeIndexesAndAllBeforeTheSnapshot() throws Exception {
        var repository = new TestRepository(dir, InstantSource.system());
        var watch = new Watch(repository, ObjectSink.of(repository.store, "test"));
        backup(repository, watch, 200);
        assertThat(watch.broken).isEmpty();
        assertThat(watch.order).startsWith(Kind.PIN, Kind.PIN).endsWith(Kind.SNAPSHOT, Kind.PIN);
        assertThat(watch.order.stream().filter(kind -> kind == Kind.PACK).count())
                .isGreaterThan(3);
    }

    @Test
    void aSinkThatSaysPacksAreThereTooEarlyIsNoticed() throws Exception {
        var repository = new TestRepository(dir, InstantSource.system());
        ObjectSink straight = ObjectSink.of(repository.store, "test");
        ObjectSink liar = (name, content) -> name.kind() == Kind.PACK
                ? new Receipt(name, content.remaining(), "liar", "")
                : straight.put(name, content);
        var watch = new Watch(repository, liar);
        assertThatThrownBy(() -> backup(repository, watch, 20)).hasMessageContaining("was removed while");
        assertThat(watch.broken).anyMatch(text -> text.startsWith("I2"));
        assertThat(repository.store.list(Kind.SNAPSHOT)).isEmpty();
    }

    @Test
    void aFailureAtAnyPutLeavesNoSnapshotAndTheNextRunIsWhole() throws Exception {
        int points = 0;
        for (int at = 0; ; at++) {
            var repository = new TestRepository(dir.resolve("r" + at), InstantSource.system());
            ObjectSink straight = ObjectSink.of(repository.store, "test");
            int failing = at;
            var count = new AtomicInteger();
            ObjectSink breaking = (name, content) -> {
                if (count.getAndIncrement() == failing) {
                    throw new StoreException(Reason.UNREACHABLE, "the line is cut");
                }
                return straight.put(name, content);
            };
            try {
                backup(repository, breaking, 120);
                break; // it has fewer puts
            } catch (IOException e) {
                points++;
                assertThat(e).hasMessageContaining("the line is cut");
                // Only the pin's end comes after the snapshot.
                assertThat(repository.store.list(Kind.SNAPSHOT))
                        .hasSizeLessThanOrEqualTo(isLastPut(repository) ? 1 : 0);
            }
            Snapshot again = backup(repository, straight, 120);
            assertThat(repository.store.list(Kind.PACK))
                    .containsAll(again.outline().packs());
        }
        assertThat(points).isGreaterThan(6);
    }

    private static boolean isLastPut(TestRepository repository) throws IOException {
        return Pin.latest(repository.store).stream().noneMatch(Pin::ended)
                && repository.store.list(Kind.SNAPSHOT).size() == 1;
    }

    @Test
    void chunksOfACutOffSessionAreNotStoredTwice() throws Exception {
        var repository = new TestRepository(dir, InstantSource.system());
        try (Session session = repository.session()) {
            byte[] bytes = new byte[400_000];
            new Random(9).nextBytes(bytes);
            session.store(Family.CONTENT, bytes, 0, bytes.length);
            session.flush(); // and then the process dies
        }
        int packs = repository.store.list(Kind.PACK).size();
        try (Session session = repository.session()) {
            byte[] bytes = new byte[400_000];
            new Random(9).nextBytes(bytes);
            session.store(Family.CONTENT, bytes, 0, bytes.length);
            session.flush();
            session.commit(new Session.Draft(
                    "host", "test", Optional.empty(), 1, 1, new Snapshot.Inside(List.of(), List.of(), List.of())));
        }
        assertThat(repository.store.list(Kind.PACK)).hasSize(packs);
    }

    @Test
    void theClientKeyAloneOpensNoContent() throws Exception {
        var repository = new TestRepository(dir, InstantSource.system());
        Snapshot snapshot = backup(repository, ObjectSink.of(repository.store, "test"), 3);
        var other = AgeIdentity.generate().identity();
        assertThatThrownBy(() -> snapshot.open(other)).hasMessageContaining("does not open it");
        Repository open = Repository.open(repository.store, repository.key);
        assertThat(open.chunks()).isEqualTo(3);
        byte[] first = new byte[300_000];
        new Random(1).nextBytes(first);
        ChunkId id = ChunkId.of(repository.key.chunkMac().doFinal(first));
        try (ChunkReader reader = open.reader(open.packKeys(other))) {
            assertThatThrownBy(() -> reader.read(id)).hasMessageContaining("its key cannot be opened");
        }
        try (ChunkReader reader = open.reader(open.packKeys(repository.identity))) {
            assertThat(reader.read(id)).isEqualTo(first);
        }
    }

    @Test
    void aSnapshotThatSomebodyElseMadeIsNotBelieved() throws Exception {
        var repository = new TestRepository(dir.resolve("a"), InstantSource.system());
        Snapshot mine = backup(repository, ObjectSink.of(repository.store, "test"), 3);
        byte[] forged = repository.store.get(mine.name());
        forged[forged.length - 1] ^= 1; // a signature without the client's secret
        ObjectName name = ObjectName.of(Kind.SNAPSHOT, forged);
        repository.store.put(name, ByteBuffer.wrap(forged));
        Repository open = Repository.open(repository.store, repository.key);
        assertThat(open.snapshots().snapshots()).containsExactly(mine);
        assertThat(open.snapshots().flaws())
                .singleElement()
                .satisfies(flaw -> assertThat(flaw.object()).isEqualTo(name));
        assertThatThrownBy(() -> repository.restore(Snapshot.parse(name, forged), dir.resolve("back")))
                .hasMessageContaining("was not made by");
    }
}
