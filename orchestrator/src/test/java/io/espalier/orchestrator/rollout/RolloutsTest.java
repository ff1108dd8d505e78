package io.espalier.orchestrator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class RolloutsTest {

    private final ModelFleet fleet = new ModelFleet(InstantSource.system()).with("web", 4).with("db", 2);

    @Test
    void everyHostHoldsTheNewReleaseAndIsConfirmed() {
        try (var house = House.over(fleet)) {
            var target = fleet.commit("a1", "hello");
            Rollout rollout = house.deploy(target);

            assertThat(rollout.state()).isEqualTo(new RolloutState.Done());
            fleet.hosts.forEach((name, host) -> {
                assertThat(host.currentId()).contains(target.releases().get(name).id());
                assertThat(host.awaitsConfirm()).isFalse();
                assertThat(host.appliedNumbers).containsExactly(1L);
            });
            assertThat(house.plan(target).isInSync()).isTrue();
        }
    }
}
