package io.espalier.orchestrator.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.espalier.orchestrator.fleet.RolloutPolicy;
import io.espalier.orchestrator.fleet.RolloutPolicy.Share;
import io.espalier.orchestrator.plan.Plan;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.rollout.RolloutEvent.Kind;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.testkit.Await;
import io.espalier.testkit.MutableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RolloutsTest {

    private static final RolloutState DONE = new RolloutState.Done();

    private final ModelFleet fleet =
            new ModelFleet(InstantSource.system()).with("web", 4).with("db", 2);

    /** A new one each time. */
    DataSource database() {
        return House.memory();
    }

    private House over(ModelFleet hosts) {
        return House.over(database(), hosts);
    }

    private void assertHolds(String host, ReleaseSet target) {
        assertThat(fleet.host(host).currentId())
                .as(host)
                .contains(target.releases().get(new HostName(host)).id());
    }

    private void assertAllHold(ReleaseSet target) {
        fleet.hosts.keySet().forEach(name -> assertHolds(name.value(), target));
    }

    @Test
    void everyHostHoldsTheNewReleaseAndIsConfirmed() {
        try (var house = over(fleet)) {
            ReleaseSet target = fleet.commit("a1", "hello");

            assertThat(house.deploy(target).state()).isEqualTo(DONE);

            assertAllHold(target);
            fleet.hosts.values().forEach(host -> {
                assertThat(host.awaitsConfirm()).isFalse();
                assertThat(host.appliedNumbers).containsExactly(1L);
            });
            assertThat(house.plan(target).isInSync()).isTrue();
            house.deploy(fleet.commit("a2", "hi"));
            assertThat(house.rollouts.history().of(new HostName("web1"), 5))
                    .extracting(HostHistory.Entry::number)
                    .containsExactly(2L, 1L);
        }
    }

    @Test
    void nothingIsStoredOfARolloutWhoseReleasesAreNotDurable() {
        try (var house = over(fleet)) {
            ReleaseSet target = fleet.commit("a1", "hello");
            house.beforeStored = () -> {
                throw new UncheckedIOException(new IOException("the disk is broken"));
            };

            assertThatThrownBy(() -> house.start(target)).isInstanceOf(UncheckedIOException.class);

            assertThat(house.rollouts.active("shop")).isEmpty();
            fleet.hosts.values().forEach(host -> assertThat(host.appliedNumbers).isEmpty());
        }
    }

    @Test
    void hostsInSyncAreRecordedAndNotTouched() {
        try (var house = over(fleet)) {
            ReleaseSet target = fleet.commit("a1", "hello");
            house.deploy(target);
            fleet.host("web2").drift("/etc/motd000", "edited by hand");

            RolloutId id = house.rollouts.start(house.plan(target), "ada", StartOptions.HEAL);
            assertThat(house.awaitEnd(id).state()).isEqualTo(DONE);

            assertThat(house.step(id, "web1")).isEqualTo(new StepState.InSync());
            assertThat(house.step(id, "web2")).isInstanceOf(StepState.Applied.class);
            assertThat(fleet.host("web1").appliedNumbers).containsExactly(1L);
            assertThat(fleet.host("web2").appliedNumbers).containsExactly(1L, 2L);
        }
    }

    @Test
    void failedCanaryStopsTheRolloutAndIsQuarantined() {
        try (var house = over(fleet)) {
            ReleaseSet good = fleet.commit("a1", "good");
            house.deploy(good);
            fleet.hosts.values().forEach(host -> host.poison = Optional.of(ModelFleet.digest("bad")));
            ReleaseSet bad = fleet.commit("b2", "bad");

            Rollout rollout = house.deploy(bad);

            assertThat(rollout.state()).isInstanceOfSatisfying(RolloutState.Failed.class, failed -> {
                assertThat(failed.reason()).isEqualTo(Reason.TOO_MANY_FAILURES);
                assertThat(failed.detail()).startsWith("db1 unhealthy");
            });
            assertAllHold(good);
            assertThat(house.step(rollout.id(), "db1")).isInstanceOf(StepState.Failed.class);
            assertThat(house.step(rollout.id(), "web1")).isEqualTo(new StepState.Pending());
            assertThat(house.rollouts.quarantine().of("shop", bad.key())).isPresent();
            assertThatThrownBy(() -> house.start(bad))
                    .isInstanceOfSatisfying(
                            RolloutException.class, e -> assertThat(e.reason()).isEqualTo(Reason.QUARANTINED));
        }
    }

    @Test
    void newerCommitRollsForwardFromAQuarantinedOne() {
        try (var house = over(fleet)) {
            fleet.hosts.values().forEach(host -> host.poison = Optional.of(ModelFleet.digest("bad")));
            house.deploy(fleet.commit("b2", "bad"));

            ReleaseSet fixed = fleet.commit("c3", "fixed");
            assertThat(house.deploy(fixed).state()).isEqualTo(DONE);
            assertAllHold(fixed);
        }
    }

    @Test
    void failuresWithinTheBudgetDoNotStopItButKeepTheHostOut() {
        fleet.policy = new RolloutPolicy(
                List.of("db", "web"),
                new Share.Hosts(1),
                new Share.Percent(50),
                1,
                Duration.ZERO,
                Set.of(),
                Duration.ofSeconds(30));
        try (var house = over(fleet)) {
            fleet.host("web1").rollsBack = Optional.of(Reason.RELOAD_FAILED);
            ReleaseSet target = fleet.commit("a1", "hello");

            Rollout rollout = house.deploy(target);
            assertThat(rollout.state()).isEqualTo(DONE);
            assertThat(house.rollouts.quarantine().hosts("shop", target.key())).containsExactly(new HostName("web1"));

            Rollout again = house.deploy(target);
            assertThat(house.step(again.id(), "web1"))
                    .isInstanceOfSatisfying(
                            StepState.Waiting.class,
                            waiting -> assertThat(waiting.reason()).isEqualTo(Reason.QUARANTINED));
            assertThat(fleet.host("web1").appliedNumbers).hasSize(1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"DISK_FULL", "READ_ONLY", "WRONG_CLOCK", "IO_ERROR", "SIGNATURE_INVALID"})
    void hostThatCannotTakeItWaitsAndTheOthersGoOn(Reason reason) {
        try (var house = over(fleet)) {
            fleet.host("db1").rejects = Optional.of(reason);
            ReleaseSet target = fleet.commit("a1", "hello");

            Rollout rollout = house.deploy(target);

            assertThat(rollout.state()).isEqualTo(DONE);
            assertThat(house.step(rollout.id(), "db1"))
                    .isInstanceOfSatisfying(
                            StepState.Waiting.class,
                            waiting -> assertThat(waiting.reason()).isEqualTo(reason));
            assertHolds("db2", target);
            assertHolds("web4", target);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Reason.class,
            names = {"UNREACHABLE", "HOST_KEY_CHANGED", "HOST_KEY_UNKNOWN", "AUTH_FAILED", "AGENT_DOWN", "TIMED_OUT"})
    void hostThatCannotBeReachedWaitsAndIsCaughtUpWhenItReturns(Reason reason) {
        try (var house = over(fleet)) {
            fleet.host("web3").unreachable = Optional.of(reason);
            ReleaseSet target = fleet.commit("a1", "hello");

            Rollout rollout = house.deploy(target);
            assertThat(rollout.state()).isEqualTo(DONE);
            assertThat(house.step(rollout.id(), "web3"))
                    .isInstanceOfSatisfying(
                            StepState.Waiting.class,
                            waiting -> assertThat(waiting.reason()).isEqualTo(reason));

            fleet.host("web3").unreachable = Optional.empty();
            assertThat(house.rollouts.catchUp(new HostName("web3"))).isFalse(); // that rollout is over
            assertThat(house.deploy(target).state()).isEqualTo(DONE);
            assertHolds("web3", target);
        }
    }

    @Test
    void hostThatReturnsDuringTheRolloutIsTakenAlong() {
        try (var house = over(fleet)) {
            var release = new CountDownLatch(1);
            fleet.host("web3").unreachable = Optional.of(Reason.UNREACHABLE);
            fleet.host("db1").hangs = Optional.of(release);
            ReleaseSet target = fleet.commit("a1", "hello");
            RolloutId id = house.start(target);
            Await.until("db1 is being sent to", () -> fleet.host("db1").isHanging);

            fleet.host("web3").unreachable = Optional.empty();
            assertThat(house.rollouts.catchUp(new HostName("web3"))).isTrue();
            release.countDown();

            assertThat(house.awaitEnd(id).state()).isEqualTo(DONE);
            assertHolds("web3", target);
        }
    }

    @Test
    void hostThatHangsIsLeftBehindAfterItsDeadline() {
        try (var house = over(fleet)) {
            var never = new CountDownLatch(1);
            fleet.host("web2").hangs = Optional.of(never);
            ReleaseSet target = fleet.commit("a1", "hello");
            var limits = new RolloutLimits(
                    16,
                    Duration.ofMillis(300),
                    Duration.ofMillis(100),
                    Duration.ofMillis(100),
                    Duration.ofMillis(1),
                    4,
                    Duration.ofMillis(200));
            try (var hasty = new House(house.database, fleet, fleet, InstantSource.system(), limits)) {
                Rollout rollout = hasty.deploy(target);

                assertThat(rollout.state()).isEqualTo(DONE);
                assertThat(hasty.step(rollout.id(), "web2"))
                        .isInstanceOfSatisfying(
                                StepState.Waiting.class,
                                waiting -> assertThat(waiting.reason()).isEqualTo(Reason.TIMED_OUT));
                assertHolds("web4", target);
            }
        }
    }

    @Test
    void linkCutAfterTheApplyIsNoReasonToApplyAgain() {
        try (var house = over(fleet)) {
            fleet.host("db1").cutsAfterApply = true;
            ReleaseSet target = fleet.commit("a1", "hello");

            assertThat(house.deploy(target).state()).isEqualTo(DONE);

            assertThat(fleet.host("db1").appliedNumbers).hasSize(1);
            assertThat(fleet.host("db1").awaitsConfirm()).isFalse();
            assertAllHold(target);
        }
    }

    @Test
    void applyThatArrivesLateIsConfirmedNotRepeated() {
        try (var house = over(fleet)) {
            ReleaseSet target = fleet.commit("a1", "hello");
            fleet.host("db1").arrivesLate =
                    true; // what was sent is applied only after the link broke and was asked about

            assertThat(house.deploy(target).state()).isEqualTo(DONE);

            assertAllHold(target);
            assertThat(fleet.host("db1").awaitsConfirm()).isFalse();
            assertThat(fleet.host("db1").appliedNumbers).hasSize(1);
        }
    }

    @Test
    void releaseThatCutsTheHostOffCountsAsFailed() {
        fleet.policy = new RolloutPolicy(
                List.of("db", "web"),
                new Share.Hosts(1),
                new Share.Percent(50),
                0,
                Duration.ZERO,
                Set.of(),
                Duration.ofMillis(100));
        try (var house = over(fleet)) {
            fleet.host("db1").freshUnreachable = Optional.of(Reason.UNREACHABLE);
            Rollout rollout = house.deploy(fleet.commit("a1", "hello"));

            assertThat(rollout.state()).isInstanceOf(RolloutState.Failed.class);
            assertThat(house.step(rollout.id(), "db1"))
                    .isInstanceOfSatisfying(
                            StepState.Failed.class,
                            failed -> assertThat(failed.reason()).isEqualTo(Reason.NOT_CONFIRMED));
            Await.until("db1 goes back", () -> fleet.host("db1").currentId().isEmpty());
        }
    }

    @Test
    void releaseThatTakesTheNetworkDownCountsAsFailed() {
        fleet.policy = new RolloutPolicy(
                List.of("db", "web"),
                new Share.Hosts(1),
                new Share.Percent(50),
                0,
                Duration.ZERO,
                Set.of(),
                Duration.ofMillis(200));
        try (var house = over(fleet)) {
            ReleaseSet good = fleet.commit("a1", "good");
            house.deploy(good);
            fleet.host("db1").losesNetwork = true;

            Rollout rollout = house.deploy(fleet.commit("b2", "bad"));

            assertThat(rollout.state()).isInstanceOf(RolloutState.Failed.class);
            assertThat(house.step(rollout.id(), "db1"))
                    .isInstanceOfSatisfying(
                            StepState.Failed.class,
                            failed -> assertThat(failed.reason()).isEqualTo(Reason.NOT_CONFIRMED));
            assertAllHold(good);
        }
    }

    @Test
    void hostThatMovedSinceThePlanIsPlannedAgain() {
        try (var house = over(fleet)) {
            house.deploy(fleet.commit("a1", "one"));
            ReleaseSet target = fleet.commit("b2", "two");
            Plan plan = house.plan(target);
            fleet.host("web2").drift("/etc/motd000", "edited by hand");

            RolloutId id = house.rollouts.start(plan, "ada", StartOptions.AUTOMATIC);

            assertThat(house.awaitEnd(id).state()).isEqualTo(DONE);
            assertAllHold(target);
            assertThat(house.rollouts.events(id, 0, 1000))
                    .anyMatch(event ->
                            event.kind() == Kind.REPLANNED && event.host().equals(Optional.of(new HostName("web2"))));
        }
    }

    @Test
    void hostThatMovedSinceAPersonAgreedIsLeftAlone() {
        try (var house = over(fleet)) {
            house.deploy(fleet.commit("a1", "one"));
            ReleaseSet target = fleet.commit("b2", "two");
            Plan plan = house.plan(target);
            fleet.host("web2").drift("/etc/motd000", "edited by hand");

            RolloutId id = house.rollouts.start(plan, "ada", StartOptions.agreed(plan.digest()));

            assertThat(house.awaitEnd(id).state()).isEqualTo(DONE);
            assertThat(house.step(id, "web2"))
                    .isInstanceOfSatisfying(
                            StepState.Waiting.class,
                            waiting -> assertThat(waiting.reason()).isEqualTo(Reason.HOST_MOVED));
            assertThat(fleet.host("web2").disk.get("/etc/motd000").content())
                    .contains(ModelFleet.digest("edited by hand"));
        }
    }

    @Test
    void planThatIsNotTheOneAgreedToIsRefused() {
        try (var house = over(fleet)) {
            Plan agreed = house.plan(fleet.commit("a1", "one"));
            Plan other = house.plan(fleet.commit("b2", "two"));
            assertThatThrownBy(() -> house.rollouts.start(other, "ada", StartOptions.agreed(agreed.digest())))
                    .isInstanceOfSatisfying(
                            RolloutException.class, e -> assertThat(e.reason()).isEqualTo(Reason.HOST_MOVED));
        }
    }

    @Test
    void pausedRolloutBeginsNoHostUntilItIsResumed() {
        try (var house = over(fleet)) {
            var release = new CountDownLatch(1);
            fleet.host("db1").hangs = Optional.of(release);
            ReleaseSet target = fleet.commit("a1", "hello");
            RolloutId id = house.start(target);
            Await.until("db1 is being sent to", () -> fleet.host("db1").isHanging);

            house.rollouts.pause(id, "ada");
            release.countDown();
            Await.until("db1 ends", () -> house.step(id, "db1") instanceof StepState.Applied);
            assertThat(house.rollouts.find(id).state()).isInstanceOf(RolloutState.Paused.class);
            assertThat(fleet.applied).containsExactly(new HostName("db1"));

            house.rollouts.resume(id, "ada");
            assertThat(house.awaitEnd(id).state()).isEqualTo(DONE);
            assertAllHold(target);
        }
    }

    @Test
    void singleUnitsDoNotSupersedeARolloutThatAPersonPaused() {
        try (var house = over(fleet)) {
            var release = new CountDownLatch(1);
            fleet.host("db1").hangs = Optional.of(release);
            ReleaseSet whole = fleet.commit("a1", "hello");
            RolloutId id = house.start(whole);
            Await.until("db1 is being sent to", () -> fleet.host("db1").isHanging);
            house.rollouts.pause(id, "ada");
            var motd = new ReleaseSet(
                    whole.fleetCommit(),
                    whole.sources(),
                    whole.fleet(),
                    whole.releases(),
                    whole.warnings(),
                    new TreeSet<>(List.of("motd")));

            Plan plan = new Plan(motd, new TreeMap<>(), new TreeMap<>());
            assertThatThrownBy(() -> house.rollouts.start(plan, "ben", StartOptions.AUTOMATIC))
                    .isInstanceOfSatisfying(
                            RolloutException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BUSY))
                    .hasMessageContaining("abort it before single units are deployed");
            assertThat(house.rollouts.find(id).state()).isInstanceOf(RolloutState.Paused.class);
            release.countDown();
        }
    }

    @Test
    void abortedRolloutIsNotBegunAgainByItself() {
        try (var house = over(fleet)) {
            var release = new CountDownLatch(1);
            fleet.host("db1").hangs = Optional.of(release);
            ReleaseSet target = fleet.commit("a1", "hello");
            RolloutId id = house.start(target);
            Await.until("db1 is being sent to", () -> fleet.host("db1").isHanging);

            house.rollouts.abort(id, "ada");
            release.countDown();
            Await.until("db1 ends", () -> house.step(id, "db1") instanceof StepState.Applied);

            assertThat(house.rollouts.find(id).state()).isEqualTo(new RolloutState.Aborted("ada"));
            assertThat(fleet.applied).containsExactly(new HostName("db1"));
            assertThatThrownBy(() -> house.start(target)).isInstanceOf(RolloutException.class);
        }
    }

    @Test
    void newerTargetSupersedesAStuckRollout() {
        try (var house = over(fleet)) {
            fleet.host("db1").hangs = Optional.of(new CountDownLatch(1));
            ReleaseSet stuck = fleet.commit("a1", "one");
            RolloutId first = house.start(stuck);
            Await.until("db1 is being sent to", () -> fleet.host("db1").isHanging);
            fleet.host("db1").hangs = Optional.empty();

            ReleaseSet newer = fleet.commit("b2", "two");
            RolloutId second = house.start(newer);

            assertThat(house.awaitEnd(second).state()).isEqualTo(DONE);
            assertThat(house.rollouts.find(first).state()).isEqualTo(new RolloutState.Superseded(second));
            assertAllHold(newer);
        }
    }

    @Test
    void hostThatTheSupersededRolloutStillChangedIsNotTakenForInSync() {
        try (var house = over(fleet)) {
            ReleaseSet one = fleet.commit("a1", "one");
            house.deploy(one);
            var release = new CountDownLatch(1);
            fleet.host("db1").hangs = Optional.of(release);
            RolloutId second = house.start(fleet.commit("b2", "two"));
            Await.until("db1 is being sent to", () -> fleet.host("db1").isHanging);

            ReleaseSet reverted = fleet.commit("c3", "one"); // db1 still holds this when it is planned
            RolloutId third = house.start(reverted);
            assertThat(house.step(third, "db1")).isEqualTo(new StepState.InSync());
            release.countDown();

            assertThat(house.awaitEnd(third).state()).isEqualTo(DONE);
            assertAllHold(reverted);
        }
    }

    @Test
    void sameTargetJoinsTheRunningRollout() {
        try (var house = over(fleet)) {
            var release = new CountDownLatch(1);
            fleet.host("db1").hangs = Optional.of(release);
            ReleaseSet target = fleet.commit("a1", "one");
            RolloutId first = house.start(target);
            assertThat(house.start(target)).isEqualTo(first);
            release.countDown();
            house.awaitEnd(first);
        }
    }

    @Test
    void retryTakesFailedHostsAgainAndGoesOn() {
        try (var house = over(fleet)) {
            fleet.host("db1").rollsBack = Optional.of(Reason.UNHEALTHY);
            ReleaseSet target = fleet.commit("a1", "hello");
            Rollout failed = house.deploy(target);
            assertThat(failed.state()).isInstanceOf(RolloutState.Failed.class);

            fleet.host("db1").rollsBack = Optional.empty();
            house.rollouts.retry(failed.id(), "ada");

            assertThat(house.await(failed.id(), DONE::equals).state()).isEqualTo(DONE);
            assertAllHold(target);
            assertThat(house.rollouts.quarantine().inForce(10)).isEmpty();
        }
    }

    @Test
    void undoTakesEveryChangedHostBackAndKeepsTheTargetOut() {
        try (var house = over(fleet)) {
            ReleaseSet good = fleet.commit("a1", "good");
            house.deploy(good);
            fleet.host("web4").unreachable = Optional.of(Reason.UNREACHABLE); // misses the next one
            ReleaseSet bad = fleet.commit("b2", "bad");
            Rollout deployed = house.deploy(bad);
            fleet.host("web4").unreachable = Optional.empty();

            RolloutId back = house.rollouts.rollbackAll("shop", Optional.empty(), "ada");

            assertThat(house.awaitEnd(back).state()).isEqualTo(DONE);
            assertAllHold(good);
            assertThat(house.rollouts.steps(back)).noneMatch(step -> step.name().equals(new HostName("web4")));
            assertThat(house.rollouts.find(deployed.id()).state()).isEqualTo(new RolloutState.RolledBack(back));
            assertThatThrownBy(() -> house.start(bad))
                    .isInstanceOfSatisfying(
                            RolloutException.class, e -> assertThat(e.reason()).isEqualTo(Reason.QUARANTINED));
        }
    }

    @Test
    void rollbackOfOneHostGoesToItsPreviousReleaseAlsoWhilePaused() {
        try (var house = over(fleet)) {
            ReleaseSet one = fleet.commit("a1", "one");
            house.deploy(one);
            ReleaseSet two = fleet.commit("b2", "two");
            house.deploy(two);
            ReleaseSet three = fleet.commit("c3", "three");
            var release = new CountDownLatch(1);
            fleet.host("db1").hangs = Optional.of(release);
            RolloutId paused = house.start(three);
            house.rollouts.pause(paused, "ada");
            release.countDown();

            RolloutId back = house.rollouts.rollback(new HostName("web2"), Optional.empty(), "ada");

            assertThat(house.awaitEnd(back).state()).isEqualTo(DONE);
            assertHolds("web2", one);
            assertHolds("web3", two);
        }
    }

    @Test
    void rollbackGoesToAnyReleaseOfThePast() {
        try (var house = over(fleet)) {
            ReleaseSet one = fleet.commit("a1", "one");
            house.deploy(one);
            house.deploy(fleet.commit("b2", "two"));
            house.deploy(fleet.commit("c3", "three"));

            assertThat(house.awaitEnd(house.rollouts.rollbackAll("shop", Optional.of("a1"), "ada"))
                            .state())
                    .isEqualTo(DONE);
            assertAllHold(one);
        }
    }

    @Test
    void rollbackThatFailsOnOneHostGoesOnWithTheOthers() {
        try (var house = over(fleet)) {
            ReleaseSet one = fleet.commit("a1", "one");
            house.deploy(one);
            house.deploy(fleet.commit("b2", "two"));
            fleet.host("web1").rollsBack = Optional.of(Reason.UNHEALTHY);

            Rollout back = house.awaitEnd(house.rollouts.rollbackAll("shop", Optional.empty(), "ada"));

            assertThat(back.state()).isEqualTo(DONE);
            assertHolds("db1", one);
            assertHolds("web4", one);
            assertThat(house.step(back.id(), "web1")).isInstanceOf(StepState.Failed.class);
        }
    }

    @Test
    void rolloutThatNeedsApprovalWaitsForIt() {
        fleet.policy = new RolloutPolicy(
                List.of("db", "web"),
                new Share.Hosts(1),
                new Share.Percent(50),
                0,
                Duration.ZERO,
                Set.of("db"),
                Duration.ofSeconds(30));
        try (var house = over(fleet)) {
            ReleaseSet target = fleet.commit("a1", "hello");
            RolloutId id = house.start(target);
            assertThat(house.rollouts.find(id).state())
                    .isEqualTo(new RolloutState.AwaitingApproval("the policy asks for it (approve: db)"));
            assertThat(fleet.applied).isEmpty();

            house.rollouts.approve(id, "grace");
            assertThat(house.awaitEnd(id).state()).isEqualTo(DONE);
            assertAllHold(target);
        }
    }

    @Test
    void releaseThatLosesMostOfItsFilesIsHeldForAPerson() {
        try (var house = over(fleet)) {
            house.deploy(fleet.commit("a1", "hello", 10));
            ReleaseSet shrunk = fleet.commit("b2", "hello", 2);

            RolloutId id = house.start(shrunk);

            assertThat(house.rollouts.find(id).state())
                    .isInstanceOfSatisfying(
                            RolloutState.AwaitingApproval.class,
                            waiting -> assertThat(waiting.why()).startsWith("render-shrunk: db1: 8 of 10 files"));
            house.rollouts.approve(id, "ada");
            assertThat(house.awaitEnd(id).state()).isEqualTo(DONE);
            assertAllHold(shrunk);
        }
    }

    @Test
    void soakKeepsTheNextWaveBack() {
        var clock = MutableClock.fixed();
        var soaking = new ModelFleet(clock).with("web", 4);
        soaking.policy = new RolloutPolicy(
                List.of("web"),
                new Share.Hosts(1),
                new Share.Percent(100),
                0,
                Duration.ofMinutes(5),
                Set.of(),
                Duration.ofSeconds(30));
        try (var house = new House(database(), soaking, soaking, clock, House.LIMITS)) {
            RolloutId id = house.start(soaking.commit("a1", "hello"));
            house.await(id, state -> state instanceof RolloutState.Soaking);
            assertThat(soaking.applied).hasSize(1);

            clock.advance(Duration.ofMinutes(4));
            assertThat(house.rollouts.find(id).state()).isInstanceOf(RolloutState.Soaking.class);
            clock.advance(Duration.ofMinutes(1));

            assertThat(house.awaitEnd(id).state()).isEqualTo(DONE);
            assertThat(soaking.applied).hasSize(4);
        }
    }

    @Test
    void canaryThatProvedNothingIsFollowedByAnotherCanary() {
        var large = new ModelFleet(InstantSource.system()).with("web", 6);
        large.host("web1").rejects = Optional.of(Reason.DISK_FULL);
        large.hosts.values().forEach(host -> host.poison = Optional.of(ModelFleet.digest("bad")));
        try (var house = over(large)) {
            Rollout rollout = house.deploy(large.commit("a1", "bad"));

            assertThat(rollout.state()).isInstanceOf(RolloutState.Failed.class);
            assertThat(large.applied).containsExactly(new HostName("web2"));
        }
    }

    @Test
    void pusherSeesEachHostAndTheVerdictLast() throws InterruptedException {
        try (var house = over(fleet)) {
            RolloutId id = house.start(fleet.commit("a1", "hello"));
            var lines = new ArrayList<String>();
            house.rollouts.follow(id, lines::add);

            assertThat(lines.getFirst()).isEqualTo("rollout 1: deploy a1");
            assertThat(lines).contains("wave 1/5 db1 applied in 1 ms");
            assertThat(lines.getLast()).startsWith("done: 6 hosts applied in ");
            assertThat(lines).hasSize(8);
        }
    }

    @Test
    void eventsGoOnWhereAReaderLeftOff() {
        try (var house = over(fleet)) {
            RolloutId id = house.deploy(fleet.commit("a1", "hello")).id();
            house.rollouts.flush();
            List<RolloutEvent> all = house.rollouts.events(id, 0, 1000);
            assertThat(all).extracting(RolloutEvent::id).isSorted().doesNotHaveDuplicates();
            RolloutEvent middle = all.get(all.size() / 2);
            assertThat(house.rollouts.events(id, middle.id(), 1000))
                    .isEqualTo(all.subList(all.size() / 2 + 1, all.size()));
        }
    }
}
