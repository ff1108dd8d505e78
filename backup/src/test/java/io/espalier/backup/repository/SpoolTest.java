package io.espalier.backup.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.StoreException.Reason;
import io.espalier.backup.testing.TestRepository;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    @TempDir
    Path dir;

    private TestRepository repository;
    private LocalObjectStore disk;
    private final List<Duration> pauses = new ArrayList<>();

    @BeforeEach
    void repository() throws Exception {
        repository = new TestRepository(dir, InstantSource.system());
        disk = LocalObjectStore.in(dir.resolve("spool"));
    }

    private Spool spool(ObjectSink next) {
        return new Spool(disk, next, repository.key, Duration.ofMinutes(5), pauses::add);
    }

    private void storeSomething(Session session) throws Exception {
        byte[] bytes = new byte[300_000];
        new Random(3).nextBytes(bytes);
        session.store(Family.CONTENT, bytes, 0, bytes.length);
        session.flush();
    }

    @Test
    void anOutageIsSatOutAndTheSpoolIsEmptyAfterwards() throws Exception {
        ObjectSink straight = ObjectSink.of(repository.store, "server");
        var count = new AtomicInteger();
        ObjectSink flaky = (name, content) -> {
            if (count.incrementAndGet() % 4 != 0) {
                throw new StoreException(Reason.UNREACHABLE, "no route");
            }
            return straight.put(name, content);
        };
        try (Session session = Session.begin(repository.store, spool(flaky), repository.key, repository.clock)) {
            storeSomething(session);
            session.commit(new Session.Draft(
                    "host", "test", Optional.empty(), 1, 1, new Snapshot.Inside(List.of(), List.of(), List.of())));
        }
        assertThat(repository.store.list(Kind.SNAPSHOT)).hasSize(1);
        assertThat(pauses).contains(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
        for (Kind kind : Kind.values()) {
            assertThat(disk.list(kind)).isEmpty();
        }
    }

    @Test
    void whatADeadProcessLeftIsHandedOverAndNotStoredAgain() throws Exception {
        ObjectSink straight = ObjectSink.of(repository.store, "server");
        ObjectSink cut = (name, content) -> {
            if (name.kind() == Kind.PACK) {
                throw new StoreException(Reason.DENIED, "dead");
            }
            return straight.put(name, content);
        };
        try (Session session = Session.begin(repository.store, spool(cut), repository.key, repository.clock)) {
            assertThatThrownBy(() -> storeSomething(session)).hasMessageContaining("dead");
        }
        assertThat(disk.list(Kind.PACK)).hasSize(1);
        Spool next = spool(straight);
        assertThat(next.resume()).isEqualTo(1);
        assertThat(disk.list(Kind.PACK)).isEmpty();
        try (Session session = Session.begin(repository.store, next, repository.key, repository.clock)) {
            storeSomething(session);
        }
        assertThat(repository.store.list(Kind.PACK)).hasSize(1);
    }

    @Test
    void aKeeperThatStaysAwayEndsTheWaiting() {
        ObjectSink away = (name, content) -> {
            throw new StoreException(Reason.UNREACHABLE, "no route");
        };
        byte[] bytes = {1, 2, 3};
        assertThatThrownBy(() -> spool(away).put(ObjectName.of(Kind.PACK, bytes), ByteBuffer.wrap(bytes)))
                .hasMessageContaining("no route");
        assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus)).isLessThanOrEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void aReceiptForSomethingElseIsNone() {
        ObjectSink confused =
                (name, content) -> new Receipt(ObjectName.of(Kind.PACK, new byte[] {9}), content.remaining(), "x", "");
        byte[] bytes = {1, 2, 3};
        assertThatThrownBy(() -> spool(confused).put(ObjectName.of(Kind.PACK, bytes), ByteBuffer.wrap(bytes)))
                .hasMessageContaining("something else");
    }

    @Test
    void aLimitedLineTakesItsTime() throws Exception {
        ObjectSink none = (name, content) -> new Receipt(name, content.remaining(), "x", "");
        var limited = new ThrottledSink(none, 1_000_000);
        byte[] bytes = new byte[50_000];
        ObjectName name = ObjectName.of(Kind.PACK, bytes);
        long start = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            limited.put(name, ByteBuffer.wrap(bytes)); // four of them wait, 50 ms each
        }
        assertThat(System.nanoTime() - start).isGreaterThan(190_000_000L);
    }
}
