package io.espalier.orchestrator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.RolloutPolicy;
import io.espalier.orchestrator.fleet.RolloutPolicy.Share;
import io.espalier.orchestrator.plan.Comparison;
import io.espalier.orchestrator.plan.HostPlan;
import io.espalier.orchestrator.plan.Plans.Wanted;
import io.espalier.orchestrator.plan.Unreachable;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.Manifest;
import io.espalier.protocol.release.Release;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RolloutPlannerTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final ModelFleet fleet =
            new ModelFleet(InstantSource.system()).with("web", 10).with("db", 3);

    private static RolloutPolicy policy(Share canary, Share parallel) {
        return new RolloutPolicy(
                List.of("db", "web"), canary, parallel, 0, Duration.ZERO, Set.of(), Duration.ofSeconds(30));
    }

    private List<HostStep> steps(
            RolloutPolicy policy, Manifest.Kind kind, Set<String> inSync, Set<String> away, Set<String> unhealthy) {
        ReleaseSet target = fleet.commit("a1", "hello");
        var wanted = new ArrayList<Wanted>();
        var plans = new TreeMap<HostName, HostPlan>();
        var unreachable = new TreeMap<HostName, Unreachable>();
        target.releases().forEach((name, release) -> {
            Host host = target.fleet().hosts().get(name);
            wanted.add(new Wanted(host, release));
            if (away.contains(name.value())) {
                unreachable.put(name, new Unreachable(Reason.UNREACHABLE, "gone"));
            } else {
                plans.put(name, plan(release, inSync.contains(name.value())));
            }
        });
        Collections.shuffle(wanted, new Random(7));
        return RolloutPlanner.steps(
                wanted,
                new Comparison(plans, unreachable),
                kind,
                policy,
                Map.of("web", 10, "db", 3),
                unhealthy.stream().map(HostName::new).collect(Collectors.toSet()),
                NOW);
    }

    private static HostPlan plan(Release release, boolean inSync) {
        return new HostPlan(
                release.host(),
                inSync ? Optional.of(release.id()) : Optional.empty(),
                release.id(),
                ModelFleet.digest("seen"),
                List.of(),
                List.of());
    }

    /** Such as {@code db1 | db2 db3 | web1 | ...}. */
    private static String waves(List<HostStep> steps) {
        var waves = new TreeMap<Integer, List<String>>();
        steps.stream()
                .filter(step -> step.wave() > 0)
                .forEach(step -> waves.computeIfAbsent(step.wave(), _ -> new ArrayList<>())
                        .add(step.name() + (step.state() instanceof StepState.Waiting ? "?" : "")));
        return waves.values().stream().map(names -> String.join(" ", names)).collect(Collectors.joining(" | "));
    }

    private String waves(RolloutPolicy policy, String... unhealthy) {
        return waves(steps(policy, Manifest.Kind.DEPLOY, Set.of(), Set.of(), Set.copyOf(Arrays.asList(unhealthy))));
    }

    @Test
    void tiersComeInPolicyOrderCanaryFirst() {
        assertThat(waves(policy(new Share.Hosts(1), new Share.Hosts(4))))
                .isEqualTo("db1 | db2 db3 | web1 | web10 web2 web3 web4 | web5 web6 web7 web8 | web9");
    }

    @Test
    void percentagesAreOfTheWholeTierAndRoundedUp() {
        assertThat(waves(policy(new Share.Percent(15), new Share.Percent(50))))
                .isEqualTo("db1 | db2 db3 | web1 web10 | web2 web3 web4 web5 web6 | web7 web8 web9");
    }

    @Test
    void noCanaryIsNoCanary() {
        assertThat(waves(policy(new Share.Hosts(0), new Share.Percent(100))))
                .isEqualTo("db1 db2 db3 | web1 web10 web2 web3 web4 web5 web6 web7 web8 web9");
    }

    @Test
    void neverZeroAtATime() {
        assertThat(waves(policy(new Share.Hosts(0), new Share.Percent(0))))
                .startsWith("db1 | db2 | db3 | web1 | web10");
    }

    @Test
    void unhealthyHostsComeFirst() {
        assertThat(waves(policy(new Share.Hosts(1), new Share.Percent(100)), "web7", "web3"))
                .isEqualTo("db1 | db2 db3 | web3 | web7 web1 web10 web2 web4 web5 web6 web8 web9");
    }

    @Test
    void hostsInSyncAreRecordedWithoutAWave() {
        List<HostStep> steps = steps(
                policy(new Share.Hosts(1), new Share.Percent(100)),
                Manifest.Kind.DEPLOY,
                Set.of("db1", "db2", "db3", "web1"),
                Set.of(),
                Set.of());
        assertThat(waves(steps)).isEqualTo("web10 | web2 web3 web4 web5 web6 web7 web8 web9");
        assertThat(steps).hasSize(13);
        assertThat(steps)
                .filteredOn(step -> step.state() instanceof StepState.InSync)
                .hasSize(4)
                .allMatch(step -> step.wave() == 0);
    }

    @Test
    void unreachableHostsWaitInTheLastWaveOfTheirTierAndAreNoCanary() {
        List<HostStep> steps = steps(
                policy(new Share.Hosts(1), new Share.Percent(100)),
                Manifest.Kind.DEPLOY,
                Set.of(),
                Set.of("db1", "web1", "web2"),
                Set.of());
        assertThat(waves(steps)).isEqualTo("db2 | db3 db1? | web10 | web3 web4 web5 web6 web7 web8 web9 web1? web2?");
    }

    @Test
    void tierThatIsAwayAltogetherHasAWaveOfItsOwn() {
        List<HostStep> steps = steps(
                policy(new Share.Hosts(1), new Share.Percent(100)),
                Manifest.Kind.DEPLOY,
                Set.of(),
                Set.of("db1", "db2", "db3"),
                Set.of());
        assertThat(waves(steps)).startsWith("db1? db2? db3? | web1 | ");
    }

    @Test
    void rollbackHasNoCanary() {
        assertThat(waves(steps(
                        policy(new Share.Hosts(1), new Share.Percent(50)),
                        Manifest.Kind.ROLLBACK,
                        Set.of(),
                        Set.of(),
                        Set.of())))
                .isEqualTo("db1 db2 | db3 | web1 web10 web2 web3 web4 | web5 web6 web7 web8 web9");
    }

    @Test
    void sameInputGivesTheSameOrder() {
        RolloutPolicy policy = policy(new Share.Percent(15), new Share.Percent(33));
        assertThat(waves(policy, "web5")).isEqualTo(waves(policy, "web5"));
    }
}
