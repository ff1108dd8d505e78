package io.espalier.orchestrator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.protocol.HostName;
import io.espalier.protocol.ReleaseId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The orchestrator is killed at every point at which it writes to its database or speaks to a host. */
class CrashTest {

    private static final RolloutLimits ONE_AT_A_TIME = new RolloutLimits(
            1,
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofMillis(1),
            4,
            Duration.ofMillis(200));

    private Optional<Thread.UncaughtExceptionHandler> handler = Optional.empty();

    @BeforeEach
    void letCrashesDieSilently() {
        handler = Optional.ofNullable(Thread.getDefaultUncaughtExceptionHandler());
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {
            if (!(thrown instanceof Fuse.Crash)) {
                thrown.printStackTrace();
            }
        });
    }

    @AfterEach
    void giveBackHandler() {
        Thread.setDefaultUncaughtExceptionHandler(handler.orElse(null));
    }

    @Test
    void rolloutGoesOnWhereItWasKilled() {
        int points = killEverywhere(ONE_AT_A_TIME, 100_000);
        System.out.println("crash points of a rollout: " + points);
        assertThat(points).isGreaterThan(100);
    }

    @Test
    void rolloutOfManyAtATimeGoesOnWhereItWasKilled() {
        int points = killEverywhere(House.LIMITS, 100_000);
        System.out.println("crash points of a rollout, many hosts at a time: " + points);
        assertThat(points).isGreaterThan(100);
    }

    /** A new one each time. */
    DataSource database() {
        return House.memory();
    }

    /** Every so many points one kill. */
    int stride() {
        return 1;
    }

    private int killEverywhere(RolloutLimits limits, int most) {
        for (int at = 1; at <= most; at += stride()) {
            var fuse = new Fuse(at);
            killAndResume(fuse, limits);
            if (fuse.blown().isEmpty()) {
                return at - 1;
            }
        }
        return most;
    }

    private void killAndResume(Fuse fuse, RolloutLimits limits) {
        var fleet = new ModelFleet(InstantSource.system()).with("db", 2).with("web", 4);
        DataSource database = database();
        ReleaseSet before = fleet.commit("a1", "one");
        ReleaseSet after = fleet.commit("b2", "two");
        try (var house = new House(database, fleet, fleet, InstantSource.system(), limits)) {
            assertThat(house.deploy(before).state()).isEqualTo(new RolloutState.Done());
        }
        fleet.hosts.values().forEach(host -> host.heldReleases.clear());

        var doomed = new House(fuse.on(database), fleet, fuse.on(fleet), InstantSource.system(), limits);
        try {
            RolloutId id = doomed.start(after);
            doomed.await(id, state -> state.isOver() || !fuse.blown().isEmpty());
            doomed.rollouts.flush();
        } catch (Fuse.Crash | IllegalStateException crashed) {
            assertThat(fuse.blown()).isNotEmpty();
        } finally {
            doomed.close();
        }

        try (var house = new House(database, fleet, fleet, InstantSource.system(), limits)) {
            house.rollouts.resume();
            RolloutId id = house.rollouts.active("shop").map(Rollout::id).orElseGet(() -> house.start(after));
            Rollout rollout = house.awaitEnd(id);
            house.rollouts.flush();
            String story = fuse.blown() + " at point " + fuse.points() + "\n" + story(house);

            assertThat(rollout.state()).as(story).isEqualTo(new RolloutState.Done());
            assertThat(house.plan(after).isInSync()).as(story).isTrue();
            fleet.hosts.forEach((name, host) -> {
                ReleaseId wanted = after.releases().get(name).id();
                assertThat(host.currentId()).as(story).contains(wanted);
                assertThat(host.awaitsConfirm()).as(story).isFalse();
                assertThat(host.heldReleases).as(story).containsExactly(wanted);
                assertThat(new HashSet<>(host.appliedNumbers)).hasSameSizeAs(host.appliedNumbers);
            });
            assertThat(wavesInOrderOfApply(house, fleet)).as(story).isSorted();
        }
    }

    /** All that is stored of the rollouts, for who must find out what went wrong. */
    private static String story(House house) {
        return house.rollouts.before(Long.MAX_VALUE, 10).stream()
                .map(rollout -> rollout.id() + " " + rollout.revision() + " " + rollout.state() + "\n"
                        + house.rollouts.steps(rollout.id()).stream()
                                .map(step -> "  " + step.name() + " " + step.wave() + " " + step.state() + " "
                                        + step.number())
                                .collect(Collectors.joining("\n"))
                        + "\n"
                        + house.rollouts.events(rollout.id(), 0, 1000).stream()
                                .map(event -> "  " + event.at() + " " + event.kind() + " "
                                        + event.host().map(HostName::value).orElse("") + " " + event.reason() + " "
                                        + event.detail())
                                .collect(Collectors.joining("\n")))
                .collect(Collectors.joining("\n"));
    }

    /** The wave of each host, in the order in which hosts took the second release. */
    private static List<Integer> wavesInOrderOfApply(House house, ModelFleet fleet) {
        Map<HostName, Integer> waves = new HashMap<>();
        for (Rollout rollout : house.rollouts.before(Long.MAX_VALUE, 10)) {
            if (rollout.revision().equals("b2")) {
                house.rollouts.steps(rollout.id()).forEach(step -> {
                    if (step.wave() > 0) {
                        waves.putIfAbsent(step.name(), step.wave());
                    }
                });
            }
        }
        var order = new ArrayList<Integer>();
        synchronized (fleet.applied) {
            fleet.applied.subList(fleet.hosts.size(), fleet.applied.size()).forEach(name -> order.add(waves.get(name)));
        }
        return order;
    }
}
