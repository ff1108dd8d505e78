package io.espalier.orchestrator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.espalier.orchestrator.fleet.RolloutPolicy;
import io.espalier.orchestrator.fleet.RolloutPolicy.Share;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.store.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures over model hosts: what planning and the database cost, without network and disk of the hosts. */
@Tag("long")
class RolloutSpeedTest {

    private static final int ROUNDS = 4;

    @TempDir
    Path folder;

    @Test
    void fiftyHosts() {
        measure(50, 10);
    }

    @Test
    void thousandHosts() {
        measure(1000, 20);
    }

    private void measure(int hosts, int files) {
        var fleet = new ModelFleet(InstantSource.system()).with("web", hosts);
        fleet.policy = new RolloutPolicy(
                List.of("web"),
                new Share.Hosts(1),
                new Share.Percent(25),
                0,
                Duration.ZERO,
                Set.of(),
                Duration.ofSeconds(30));
        try (HikariDataSource database = Database.openH2(folder.resolve("speed"));
                var house = new House(database, fleet, fleet, InstantSource.system(), RolloutLimits.DEFAULT)) {
            for (int round = 1; round <= ROUNDS; round++) {
                ReleaseSet target = fleet.commit("a" + round, "content " + round, files);
                String what = hosts + " hosts x " + files + " files, round " + round;
                timed(what + ": plan and rollout", () -> house.deploy(target));
                boolean inSync = timed(
                        what + ": plan of no change", () -> house.plan(target).isInSync());
                assertThat(inSync).isTrue();
            }
        }
    }

    private static <T> T timed(String what, Supplier<T> work) {
        long began = System.nanoTime();
        T result = work.get();
        System.out.println(what + ": " + (System.nanoTime() - began) / 1_000_000 + " ms");
        return result;
    }
}
