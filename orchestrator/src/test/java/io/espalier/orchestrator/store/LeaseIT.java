package io.espalier.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.testkit.Await;
import io.espalier.testkit.MutableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Orchestrators that want the lead of one PostgreSQL, each with a clock of its own. */
class LeaseIT {

    private static final Duration LASTS = Duration.ofSeconds(15);

    private final TestPostgres postgres = new TestPostgres();
    private final Map<String, MutableClock> clocks = new TreeMap<>();
    private final List<String> lost = new ArrayList<>();
    private DataSource database;

    @BeforeEach
    void prepare() {
        database = postgres.fresh();
    }

    @AfterEach
    void close() {
        postgres.close();
    }

    private Lease lease(String name) {
        return lease(name, LASTS);
    }

    private Lease lease(String name, Duration lasts) {
        var clock = MutableClock.fixed();
        clocks.put(name, clock);
        return new Lease(database, name, lasts, clock, () -> lost.add(name));
    }

    private void pass(Duration time) {
        clocks.values().forEach(clock -> clock.advance(time));
    }

    private String written() {
        return JdbcClient.create(database)
                .sql("select coalesce(string_agg(auid, ' ' order by auid), '') from manifest_number")
                .query(String.class)
                .single();
    }

    private void write(Lease lease, String auid) {
        lease.fenced(() -> JdbcClient.create(database)
                .sql("insert into manifest_number (auid, number) values (?, 1)")
                .param(auid)
                .update());
    }

    @Test
    void firstToAskLeadsAndTheOtherStandsBy() {
        Lease first = lease("first");
        Lease second = lease("second");
        first.step();
        second.step();

        assertThat(first.isHeld()).isTrue();
        assertThat(second.isHeld()).isFalse();
        assertThat(second.holder()).contains("first");
        write(first, "one");
        assertThatThrownBy(() -> write(second, "two")).isInstanceOf(NotLeadingException.class);
        assertThat(written()).isEqualTo("one");
    }

    @Test
    void whoBeatsIsNotFollowed() {
        Lease first = lease("first");
        Lease second = lease("second");
        for (int i = 0; i < 10; i++) {
            first.step();
            second.step();
            pass(LASTS.minusSeconds(1));
        }
        assertThat(second.isHeld()).isFalse();
        assertThat(lost).isEmpty();
    }

    @Test
    void whoStalledIsFollowedAndWritesNothingWhenItWakes() {
        Lease first = lease("first");
        Lease second = lease("second");
        first.step();
        second.step();
        pass(LASTS);
        assertThat(first.isHeld()).as("by its own clock").isFalse();
        second.step();
        assertThat(second.isHeld()).isTrue();

        assertThatThrownBy(() -> write(first, "late")).isInstanceOf(NotLeadingException.class);
        assertThat(lost).isEmpty();
        first.step();
        assertThat(lost).containsExactly("first");
        assertThat(first.isHeld()).isFalse();
        write(second, "two");
        assertThat(written()).isEqualTo("two");
    }

    @Test
    void leaseThatIsOverButTakenByNobodyGoesOn() {
        Lease first = lease("first");
        first.step();
        pass(LASTS.multipliedBy(3));
        assertThat(first.isHeld()).isFalse();
        first.step();
        assertThat(first.isHeld()).isTrue();
        assertThat(lost).isEmpty();
    }

    @Test
    void leadThatIsGivenUpIsTakenAtOnce() {
        Lease first = lease("first");
        Lease second = lease("second");
        first.step();
        second.step();
        first.close();
        second.step();
        assertThat(second.isHeld()).isTrue();
    }

    @Test
    void nobodyTakesTheLeadInTheMiddleOfAWrite() throws Exception {
        Lease first = lease("first");
        Lease second = lease("second");
        first.step();
        second.step();
        pass(LASTS);
        var writing = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var writer = Thread.ofVirtual()
                .start(() -> first.fenced(() -> {
                    JdbcClient.create(database)
                            .sql("insert into manifest_number (auid, number) values ('slow', 1)")
                            .update();
                    writing.countDown();
                    await(mayEnd);
                }));
        await(writing);
        second.step();
        assertThat(second.isHeld()).isFalse();
        mayEnd.countDown();
        writer.join();
        second.step();
        assertThat(second.isHeld()).isTrue();
        assertThat(written()).isEqualTo("slow");
    }

    @Test
    void whoStalledInTheMiddleOfAWriteDoesNotHoldTheOthersUp() throws Exception {
        Lease first = lease("first", Duration.ofSeconds(1)); // by PostgreSQL's clock, too
        Lease second = lease("second", Duration.ofSeconds(1));
        first.step();
        second.step();
        pass(LASTS);
        var writing = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        var refused = new ArrayList<RuntimeException>();
        var writer = Thread.ofVirtual().start(() -> {
            try {
                first.fenced(() -> {
                    JdbcClient.create(database)
                            .sql("insert into manifest_number (auid, number) values ('stalled', 1)")
                            .update();
                    writing.countDown();
                    await(mayEnd);
                });
            } catch (RuntimeException e) {
                refused.add(e);
            }
        });
        await(writing);
        Await.until("the other leads", Duration.ofSeconds(60), () -> {
            second.step();
            return second.isHeld();
        });
        mayEnd.countDown();
        writer.join();
        assertThat(refused).hasSize(1);
        assertThat(written()).isEmpty();
    }

    @Test
    void workBeginsInItsOrderOnceTheLeadIsHeld() {
        Lease first = lease("first");
        Lease second = lease("second");
        first.step();
        var begun = new CopyOnWriteArrayList<String>();
        second.whenHeld(() -> begun.add("sources"));
        second.whenHeld(() -> begun.add("rollouts"));
        second.start();
        assertThat(begun).isEmpty();
        first.close();
        second.step();
        Await.until("both are begun", Duration.ofSeconds(60), () -> begun.size() == 2);
        assertThat(begun).containsExactly("sources", "rollouts");
        second.whenHeld(() -> begun.add("at once"));
        assertThat(begun).hasSize(3);
        second.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
