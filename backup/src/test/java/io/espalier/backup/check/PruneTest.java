package io.espalier.backup.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.backup.repository.ChunkId;
import io.espalier.backup.repository.Family;
import io.espalier.backup.repository.ObjectName.Kind;
import io.espalier.backup.repository.Session;
import io.espalier.backup.repository.Snapshot;
import io.espalier.backup.repository.StoreException;
import io.espalier.backup.testing.TestRepository;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruneTest {

    private static final Duration DAY = Duration.ofHours(25);

    @TempDir
    Path dir;

    private final MutableClock clock = MutableClock.fixed();
    private TestRepository repository;

    @BeforeEach
    void repository() throws Exception {
        repository = new TestRepository(dir, clock);
    }

    private Prune.Report prune() throws IOException {
        return new Prune(repository.store, clock, Prune.USUAL_GRACE).run();
    }

    private static ChunkId store(Session session, String content) throws Exception {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return session.store(Family.CONTENT, bytes, 0, bytes.length);
    }

    private static Snapshot commit(Session session) throws Exception {
        session.flush();
        return session.commit(new Session.Draft(
                "host", "test", Optional.empty(), 0, 0, new Snapshot.Inside(List.of(), List.of(), List.of())));
    }

    private Snapshot snapshotOf(String content) throws Exception {
        try (Session session = repository.session()) {
            store(session, content);
            return commit(session);
        }
    }

    private void requireWhole(Snapshot snapshot) throws IOException {
        assertThat(repository.store.list(Kind.PACK))
                .containsAll(snapshot.outline().packs());
    }

    @Test
    void whatNoSnapshotNeedsGoesAfterTwoLooksAndADay() throws Exception {
        Snapshot first = snapshotOf("one");
        Snapshot second = snapshotOf("two");
        repository.store.delete(first.name());
        assertThat(prune().marked()).isEqualTo(1);
        assertThat(prune().removed()).isZero();
        clock.advance(DAY);
        assertThat(prune().removed()).isEqualTo(1);
        assertThat(repository.store.list(Kind.MARK)).isEmpty();
        requireWhole(second);
    }

    @Test
    void aSessionThatBeganBeforeTheMarkHoldsItsPacks() throws Exception {
        Snapshot first = snapshotOf("one");
        clock.advance(Duration.ofMinutes(1));
        try (Session session = repository.session()) {
            repository.store.delete(first.name());
            assertThat(prune().marked()).isEqualTo(1);
            store(session, "one"); // is there already, says the index that it has read
            clock.set(clock.instant().plus(Duration.ofHours(23)));
            store(session, "two");
            for (int i = 0; i < 256; i++) {
                store(session, "three"); // time to renew the pin
            }
            clock.advance(Duration.ofHours(2));
            assertThat(prune().waiting()).singleElement().asString().contains("a session that began");
            requireWhole(commit(session));
        }
        assertThat(prune().rescued()).isEqualTo(1);
    }

    @Test
    void aSessionThatBeginsAfterTheMarkStoresAnew() throws Exception {
        Snapshot first = snapshotOf("one");
        repository.store.delete(first.name());
        prune();
        Snapshot again = snapshotOf("one");
        assertThat(again.outline().packs())
                .doesNotContainAnyElementsOf(first.outline().packs());
        clock.advance(DAY);
        assertThat(prune().removed()).isEqualTo(1);
        requireWhole(again);
    }

    @Test
    void aSessionThatWasSilentForTooLongFailsInsteadOfLying() throws Exception {
        Snapshot first = snapshotOf("one");
        try (Session session = repository.session()) {
            repository.store.delete(first.name());
            prune();
            store(session, "one");
            clock.advance(Duration.ofDays(2));
            assertThat(prune().removed()).isEqualTo(1);
            assertThatThrownBy(() -> commit(session))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("make the backup again");
        }
        assertThat(repository.store.list(Kind.SNAPSHOT)).isEmpty();
    }

    @Test
    void aSessionThatWasSilentForTooLongFailsAlsoIfItsPacksAreStillThere() throws Exception {
        try (Session session = repository.session()) {
            store(session, "one");
            clock.advance(Duration.ofDays(1));
            assertThatThrownBy(() -> commit(session)).hasMessageContaining("silent since");
        }
        assertThat(repository.store.list(Kind.SNAPSHOT)).isEmpty();
    }

    @Test
    void aSnapshotThatCannotBeReadStopsEverything() throws Exception {
        Snapshot first = snapshotOf("one");
        Path file = dir.resolve("repository/snapshots").resolve(first.name().sha256Hex());
        Files.write(file, new byte[] {1});
        assertThatThrownBy(this::prune).hasMessageContaining("nothing is removed");
        assertThat(repository.store.list(Kind.MARK)).isEmpty();
    }

    /** Sessions, removals, looks and jumps of the clock in any order: a snapshot that was committed stays whole. */
    @Test
    void inAnyOrderOfEventsCommittedSnapshotsStayWhole() throws Exception {
        int commits = 0;
        int removed = 0;
        for (long seed = 0; seed < 20; seed++) {
            var random = new Random(seed);
            repository = new TestRepository(dir.resolve("r" + seed), clock);
            var open = new ArrayList<Session>();
            var live = new HashSet<Snapshot>();
            for (int step = 0; step < 120; step++) {
                switch (random.nextInt(11)) {
                    case 0, 1 -> {
                        if (open.size() < 3) {
                            open.add(repository.session());
                        }
                    }
                    case 2, 3, 4 -> {
                        if (!open.isEmpty()) {
                            store(open.get(random.nextInt(open.size())), "content " + random.nextInt(6));
                        }
                    }
                    case 5 -> {
                        if (!open.isEmpty()) {
                            try (Session session = open.remove(random.nextInt(open.size()))) {
                                live.add(commit(session));
                                commits++;
                            } catch (StoreException e) {
                                assertThat(e).hasMessageContaining("make the backup again");
                            }
                        }
                    }
                    case 6 -> {
                        if (!live.isEmpty()) {
                            Snapshot gone = live.iterator().next();
                            repository.store.delete(gone.name());
                            live.remove(gone);
                        }
                    }
                    case 7, 8 -> removed += prune().removed();
                    default -> clock.advance(Duration.ofHours(random.nextInt(1, 14)));
                }
                for (Snapshot snapshot : live) {
                    requireWhole(snapshot);
                }
            }
            for (Session session : open) {
                session.close();
            }
        }
        assertThat(commits).isGreaterThan(50);
        assertThat(removed).isGreaterThan(5);
    }
}
