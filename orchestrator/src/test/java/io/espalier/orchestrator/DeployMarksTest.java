package io.espalier.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.espalier.metrics.live.Answers;
import io.espalier.metrics.query.Budget;
import io.espalier.metrics.query.Queries;
import io.espalier.metrics.query.Query;
import io.espalier.metrics.tree.MetricTree;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.fleet.RolloutPolicy;
import io.espalier.orchestrator.fleet.Vars;
import io.espalier.orchestrator.rollout.HostStep;
import io.espalier.orchestrator.rollout.Rollout;
import io.espalier.orchestrator.rollout.RolloutId;
import io.espalier.orchestrator.rollout.RolloutState;
import io.espalier.orchestrator.rollout.StepState;
import io.espalier.protocol.Digest;
import io.espalier.protocol.HostName;
import io.espalier.protocol.Reason;
import io.espalier.protocol.ReleaseId;
import io.espalier.protocol.release.Manifest;
import io.espalier.testkit.MutableClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DeployMarksTest {

    private static final Digest SOME = Digest.of(new byte[] {1});

    private final MutableClock clock = MutableClock.fixed();
    private final MetricTree tree = new MetricTree(TreeSettings.ofMachine(), clock);
    private final DeployMarks marks = new DeployMarks(tree::merge);

    private Rollout rollout(Manifest.Kind kind, RolloutState state) {
        return new Rollout(
                new RolloutId(12),
                "demo",
                kind,
                SOME,
                SOME,
                List.of(),
                "0123456789abcdef",
                "ann",
                "greet",
                "ann",
                false,
                new RolloutPolicy(
                        List.of(),
                        new RolloutPolicy.Share.Hosts(1),
                        new RolloutPolicy.Share.Hosts(1),
                        0,
                        Duration.ZERO,
                        Set.of(),
                        Duration.ZERO),
                1,
                state,
                1,
                clock.instant(),
                Optional.empty());
    }

    private HostStep step(String name, StepState state) {
        var host = new Host(
                new HostName(name),
                new Host.SshAddress("", 22, "espalier", Optional.empty(), Optional.empty()),
                "web",
                new TreeSet<>(),
                Vars.NONE);
        return new HostStep(
                host,
                1,
                0,
                Optional.empty(),
                new ReleaseId(SOME),
                Optional.empty(),
                1,
                List.of(),
                1,
                1,
                state,
                Optional.of(clock.instant()),
                Optional.empty());
    }

    private String newest(String key) {
        return Answers.list(new Queries(tree, Budget.USUAL).run(Query.parse(key)));
    }

    @Test
    void rolloutMarksHostsTiersAndItself() {
        Rollout running = rollout(Manifest.Kind.DEPLOY, new RolloutState.Running(1));
        marks.changed(running, List.of(step("web1", new StepState.Sending(1)), step("web2", new StepState.Sending(1))));

        assertThat(newest("deploy,host,web2")).contains("rollout 12 (01234567) begins");
        assertThat(newest("deploy,tier,web")).contains("rollout 12 (01234567) begins");
        assertThat(newest("deploy,rollout")).contains("rollout 12 (01234567) begins");

        clock.advance(Duration.ofSeconds(1));
        marks.changed(
                running,
                List.of(
                        step("web1", new StepState.Applied(1, 10)),
                        step("web2", new StepState.Failed(Reason.UNHEALTHY, "no answer"))));
        marks.atRest(
                rollout(Manifest.Kind.DEPLOY, new RolloutState.Failed(Reason.UNHEALTHY, "too many")),
                List.of(step("web1", new StepState.Applied(1, 10))));

        assertThat(newest("deploy,host,web1")).contains("done");
        assertThat(newest("deploy,host,web2")).contains("failed: unhealthy");
        assertThat(newest("deploy,tier,web")).contains("failed: unhealthy");
    }

    @Test
    void rollbackSaysSo() {
        marks.changed(
                rollout(Manifest.Kind.ROLLBACK, new RolloutState.Running(1)),
                List.of(step("web1", new StepState.Applied(1, 10))));
        marks.atRest(rollout(Manifest.Kind.DEPLOY, new RolloutState.RolledBack(new RolloutId(13))), List.of());

        assertThat(newest("deploy,host,web1")).contains("rollback 12 (01234567) done");
        assertThat(newest("deploy,rollout")).contains("rolled back by rollout 13");
    }
}
