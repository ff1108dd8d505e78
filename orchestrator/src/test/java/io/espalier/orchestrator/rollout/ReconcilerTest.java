package io.espalier.orchestrator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.fleet.Problem;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.testkit.Await;
import io.espalier.testkit.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReconcilerTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final MutableClock clock = MutableClock.fixed();
    private final ModelFleet fleet = new ModelFleet(clock).with("web", 3).with("db", 1);
    private final DataSource database = House.memory();
    private final Book book = new Book();
    private final Revisions revisions = new Revisions(database, clock);
    private House house = new House(database, fleet, fleet, clock, House.LIMITS);
    private Reconciler reconciler = reconciler();

    /** The source of wishes: a list of commits and which of them is the head. */
    private static final class Book implements Desired {
        final Map<Revision, ReleaseSet> known = new ConcurrentHashMap<>();
        volatile Wish head = new Wish.Unknown("nothing pushed yet");

        void push(ReleaseSet set) {
            known.put(set.fleetCommit().revision(), set);
            head = new Wish.Ready(set);
        }

        void pushBroken(String revision) {
            var commit = new Commit(new Revision(revision), "Ada", "Break it", Instant.EPOCH);
            head = new Wish.Refused(commit, List.of(Problem.error("hosts.yaml", 12, 7, "web3: unknown tier 'wbe'")));
        }

        @Override
        public Wish newest() {
            return head;
        }

        @Override
        public Optional<ReleaseSet> at(Map<SourceName, Revision> sources) {
            return Optional.ofNullable(known.get(sources.get(new SourceName("fleet"))));
        }
    }

    private Reconciler reconciler() {
        var fresh = new Reconciler(book, revisions, house.plans, house.rollouts, clock, Duration.ofMinutes(1));
        house.rollouts.resume();
        fresh.start();
        return fresh;
    }

    private void restart() {
        close();
        house = new House(database, fleet, fleet, clock, House.LIMITS);
        reconciler = reconciler();
    }

    @AfterEach
    void close() {
        reconciler.close();
        house.close();
    }

    private Pass pass() {
        try {
            return reconciler.pass(SOON).orElseThrow();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Pass settled() {
        return Await.value("settled", SOON, () -> {
            Pass pass = pass();
            if (pass instanceof Pass.Rolling) {
                throw new IllegalStateException("still rolling");
            }
            return pass;
        });
    }

    private void assertAllHold(ReleaseSet target) {
        fleet.hosts.forEach((name, host) -> assertThat(host.currentId())
                .contains(target.releases().get(name).id()));
    }

    private int applies() {
        return fleet.applied.size();
    }

    @Test
    void pushedCommitReachesEveryHostOnce() {
        ReleaseSet target = fleet.commit("a1", "hello");
        book.push(target);

        assertThat(settled()).isInstanceOf(Pass.Settled.class);
        assertAllHold(target);
        assertThat(applies()).isEqualTo(4);
        assertThat(revisions.wanted().orElseThrow().commit()).isEqualTo(new Revision("a1"));
        assertThat(reconciler.wanted()).contains(target);

        pass();
        assertThat(house.rollouts.before(Long.MAX_VALUE, 10)).hasSize(1); // a look that finds nothing starts nothing
    }

    @Test
    void brokenCommitIsRecordedAndTheFleetStaysOnTheLastGoodOne() {
        ReleaseSet good = fleet.commit("a1", "good");
        book.push(good);
        settled();
        book.pushBroken("b2");

        assertThat(pass()).isInstanceOf(Pass.Refused.class);
        Revisions.Entry rejected = revisions.newest().orElseThrow();
        assertThat(rejected.isAccepted()).isFalse();
        assertThat(rejected.problems()).isEqualTo("hosts.yaml:12:7 web3: unknown tier 'wbe'");
        assertThat(revisions.wanted().orElseThrow().commit()).isEqualTo(new Revision("a1"));

        fleet.host("web2").drift("/etc/motd000", "edited"); // the last good one is still looked after, also after
        restart(); // a restart
        Await.until(
                "healed",
                () -> fleet.host("web2")
                        .disk
                        .get("/etc/motd000")
                        .content()
                        .equals(Optional.of(ModelFleet.digest("good"))));
        assertThat(revisions.before(Long.MAX_VALUE, 10)).hasSize(2);
    }

    @Test
    void quarantinedCommitIsNotTriedAgainAndANewerOneIs() {
        fleet.hosts.values().forEach(host -> host.poison = Optional.of(ModelFleet.digest("bad")));
        book.push(fleet.commit("b2", "bad"));

        assertThat(settled()).isInstanceOf(Pass.Held.class);
        assertThat(applies()).isEqualTo(1);
        restart();
        assertThat(settled()).isInstanceOf(Pass.Held.class);
        assertThat(applies()).isEqualTo(1);

        ReleaseSet fixed = fleet.commit("c3", "fixed");
        book.push(fixed);
        assertThat(settled()).isInstanceOf(Pass.Settled.class);
        assertAllHold(fixed);
    }

    /** What single units of a revision make of the fleet; a host's only unit is the one that is swapped. */
    private static ReleaseSet only(ReleaseSet whole, String unit) {
        return new ReleaseSet(
                whole.fleetCommit(),
                whole.sources(),
                whole.fleet(),
                whole.releases(),
                whole.warnings(),
                new TreeSet<>(List.of(unit)));
    }

    @Test
    void singleUnitsOfAHeldRevisionAreBroughtAndTheRestIsNot() {
        book.push(fleet.commit("a1", "one"));
        settled();
        ReleaseSet two = fleet.commit("b2", "two");
        book.push(two);
        settled();
        house.awaitEnd(house.rollouts.rollbackAll("shop", Optional.empty(), "ada"));
        assertThat(settled()).isInstanceOf(Pass.Held.class);

        ReleaseSet partial = only(two, "motd");
        Rollout brought = house.deploy(partial);

        assertThat(partial.key()).isNotEqualTo(two.key());
        assertThat(brought.units()).containsExactly("motd");
        assertThat(brought.subject()).isEqualTo("Only motd: Change it");
        assertAllHold(two);
        assertThat(settled()).isInstanceOf(Pass.Held.class); // the whole revision stays held
        assertThat(house.rollouts.newestDeploy("shop").orElseThrow().target()).isEqualTo(two.key());

        ReleaseSet three = fleet.commit("c3", "three");
        book.push(three);
        assertThat(settled()).isInstanceOf(Pass.Settled.class);
        assertAllHold(three);
    }

    @Test
    void rolledBackCommitDoesNotComeBackByItself() {
        ReleaseSet one = fleet.commit("a1", "one");
        book.push(one);
        settled();
        book.push(fleet.commit("b2", "two"));
        settled();

        house.awaitEnd(house.rollouts.rollbackAll("shop", Optional.empty(), "ada"));

        assertThat(settled()).isInstanceOf(Pass.Held.class);
        assertAllHold(one);
    }

    @Test
    void hostRolledBackAloneStaysBackAndTheOthersStayForward() {
        ReleaseSet one = fleet.commit("a1", "one");
        ReleaseSet two = fleet.commit("b2", "two");
        book.push(one);
        settled();
        book.push(two);
        settled();

        house.awaitEnd(house.rollouts.rollback(new HostName("web1"), Optional.empty(), "ada"));
        assertThat(settled()).isInstanceOf(Pass.Settled.class);

        assertThat(fleet.host("web1").currentId())
                .contains(one.releases().get(new HostName("web1")).id());
        assertThat(fleet.host("web2").currentId())
                .contains(two.releases().get(new HostName("web2")).id());
    }

    @Test
    void driftIsHealedLessAndLessOften() {
        book.push(fleet.commit("a1", "hello"));
        settled();
        int before = applies();

        fleet.host("web1").drift("/etc/motd000", "edited");
        settled();
        assertThat(applies()).isEqualTo(before + 1);

        fleet.host("web1").drift("/etc/motd000", "edited again");
        settled();
        assertThat(applies()).isEqualTo(before + 1); // too soon

        clock.advance(Duration.ofSeconds(5));
        settled();
        assertThat(applies()).isEqualTo(before + 2);

        fleet.host("web1").drift("/etc/motd000", "and again");
        clock.advance(Duration.ofSeconds(5));
        settled();
        assertThat(applies()).isEqualTo(before + 2); // it is 15 s now
        clock.advance(Duration.ofSeconds(10));
        settled();
        assertThat(applies()).isEqualTo(before + 3);
    }

    @Test
    void hostThatReturnsIsCaughtUp() {
        fleet.host("web3").unreachable = Optional.of(Reason.UNREACHABLE);
        ReleaseSet target = fleet.commit("a1", "hello");
        book.push(target);
        assertThat(settled())
                .isInstanceOfSatisfying(
                        Pass.Settled.class,
                        settled -> assertThat(settled.plan().unreachable()).containsOnlyKeys(new HostName("web3")));

        fleet.host("web3").unreachable = Optional.empty();
        reconciler.catchUp(new HostName("web3"));
        Await.until(
                "web3 is caught up",
                () -> fleet.host("web3")
                        .currentId()
                        .equals(Optional.of(
                                target.releases().get(new HostName("web3")).id())));
    }

    @Test
    void hostWithAFullDiskIsTriedAgainLaterNotAtOnce() {
        fleet.host("web3").rejects = Optional.of(Reason.DISK_FULL);
        book.push(fleet.commit("a1", "hello"));
        settled();
        int rollouts = house.rollouts.before(Long.MAX_VALUE, 10).size();
        settled();
        assertThat(house.rollouts.before(Long.MAX_VALUE, 10)).hasSize(rollouts);

        fleet.host("web3").rejects = Optional.empty();
        clock.advance(Duration.ofSeconds(30));
        settled();
        assertThat(fleet.host("web3").currentId()).isPresent();
    }
}
