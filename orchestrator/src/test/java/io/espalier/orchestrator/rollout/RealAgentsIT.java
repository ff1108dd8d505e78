package io.espalier.orchestrator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.LocalLinks;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.store.Database;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Command;
import io.espalier.protocol.release.HealthCheck;
import io.espalier.protocol.wire.ApplyOutcome;
import io.espalier.protocol.wire.LastApply;
import io.espalier.protocol.wire.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rollouts over real agent processes and an H2 file. */
class RealAgentsIT {

    private static final RolloutState DONE = new RolloutState.Done();

    /** Far enough apart to take seconds, close enough to meet every kind of step. */
    private static final int STRIDE = 3;

    private static final RolloutLimits LIMITS = new RolloutLimits(
            16,
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofMillis(20),
            4,
            Duration.ofSeconds(5));

    @TempDir
    Path folder;

    private final ModelFleet fleet =
            new ModelFleet(InstantSource.system()).with("web", 2).with("db", 1);
    private AgentFleet agents;
    private HikariDataSource database;

    @BeforeEach
    void start() throws IOException {
        agents = new AgentFleet(folder, fleet);
        database = Database.openH2(folder.resolve("db").resolve("espalier"));
    }

    @AfterEach
    void stop() {
        agents.close();
        database.close();
    }

    private House house() {
        return new House(database, fleet, agents.links(), InstantSource.system(), LIMITS);
    }

    private Message.Status status(HostName host) {
        try (Link link =
                agents.links().open(fleet.commit("none", "").fleet().hosts().get(host))) {
            return link.status();
        }
    }

    private void assertAllHold(ReleaseSet target, String content, String what) {
        fleet.hosts.keySet().forEach(host -> {
            assertThat(agents.root(host).resolve("etc/motd000")).as(what).hasContent(content);
            Message.Status status = status(host);
            assertThat(status.current())
                    .as(what)
                    .contains(target.releases().get(host).id());
            assertThat(status.awaitingConfirm()).as(what).isFalse();
        });
    }

    @Test
    void releaseIsOnDiskConfirmedAndThenInSync() {
        try (House house = house()) {
            ReleaseSet target = fleet.commit("a1", "hello");
            Rollout rollout = house.deploy(target);

            assertThat(rollout.state())
                    .as("%s", house.rollouts.steps(rollout.id()))
                    .isEqualTo(DONE);
            assertAllHold(target, "hello", "");
            assertThat(house.plan(target).isInSync()).isTrue();
        }
    }

    @Test
    void unhealthyReleaseIsTakenBackOnItsHostAndStopsThere() throws IOException {
        try (House house = house()) {
            var grep = new Command(List.of("/bin/grep", "-q", "good", "{root}/etc/motd000"), Command.DEFAULT_TIMEOUT);
            fleet.health = Optional.of(new HealthCheck.Exec(grep, Optional.empty(), Duration.ofMillis(300)));
            ReleaseSet good = fleet.commit("a1", "good");
            assertThat(house.deploy(good).state()).isEqualTo(DONE);

            ReleaseSet bad = fleet.commit("b2", "bad");
            Rollout failed = house.deploy(bad);

            assertThat(failed.state()).isInstanceOf(RolloutState.Failed.class);
            assertThat(house.step(failed.id(), "db1"))
                    .isInstanceOfSatisfying(
                            StepState.Failed.class,
                            step -> assertThat(step.reason()).isEqualTo(Reason.UNHEALTHY));
            assertAllHold(good, "good", "");
            assertThat(house.rollouts.quarantine().of("shop", bad.key())).isPresent();
        }
    }

    @Test
    void rollbackBringsTheOldBytesBack() {
        try (House house = house()) {
            ReleaseSet one = fleet.commit("a1", "one");
            house.deploy(one);
            house.deploy(fleet.commit("b2", "two"));

            Rollout back = house.awaitEnd(house.rollouts.rollbackAll("shop", Optional.empty(), "ada"));

            assertThat(back.state()).isEqualTo(DONE);
            assertAllHold(one, "one", "");
        }
    }

    @Test
    void driftIsPlannedAndPutRight() throws IOException {
        try (House house = house()) {
            ReleaseSet target = fleet.commit("a1", "hello");
            house.deploy(target);
            Files.writeString(agents.root(new HostName("web2")).resolve("etc/motd000"), "edited by hand");

            assertThat(house.plan(target).isInSync()).isFalse();
            RolloutId id = house.rollouts.start(house.plan(target), "ada", StartOptions.HEAL);

            assertThat(house.awaitEnd(id).state()).isEqualTo(DONE);
            assertAllHold(target, "hello", "");
        }
    }

    @Test
    void orchestratorThatIsKilledGoesOnWithTheSameWave() {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((_, _) -> {});
        try {
            int kills = 0;
            for (int at = 1; ; at += STRIDE) {
                var fuse = new Fuse(at);
                killAndResume(fuse, at);
                if (fuse.blown().isEmpty()) {
                    break;
                }
                kills++;
            }
            System.out.println("killed over real agents: " + kills + " times");
            assertThat(kills).isGreaterThan(5);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }

    private void killAndResume(Fuse fuse, int at) {
        String content = "release " + at;
        ReleaseSet target = fleet.commit("c" + at, content);
        LocalLinks connections = agents.connect();
        var doomed = new House(fuse.on(database), fleet, fuse.on(connections), InstantSource.system(), LIMITS);
        try (connections) {
            RolloutId id = doomed.start(target);
            doomed.await(id, state -> state.isOver() || !fuse.blown().isEmpty());
            doomed.rollouts.flush();
        } catch (Fuse.Crash | IllegalStateException crashed) {
            assertThat(fuse.blown()).isNotEmpty();
        } finally {
            doomed.close();
        }
        try (House house = house()) {
            house.rollouts.resume();
            RolloutId id = house.rollouts.active("shop").map(Rollout::id).orElseGet(() -> house.start(target));
            Rollout rollout = house.awaitEnd(id);
            String what = fuse.blown() + " at point " + fuse.points() + ": " + house.rollouts.steps(id);
            assertThat(rollout.state()).as(what).isEqualTo(DONE);
            assertAllHold(target, content, what);
            fleet.hosts
                    .keySet()
                    .forEach(host -> assertThat(status(host).last().map(LastApply::outcome))
                            .as(what)
                            .hasValueSatisfying(outcome -> assertThat(outcome)
                                    .isNotInstanceOfAny(ApplyOutcome.RolledBack.class, ApplyOutcome.Rejected.class)));
        }
    }
}
