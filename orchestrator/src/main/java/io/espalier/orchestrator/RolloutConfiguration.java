package io.espalier.orchestrator;

import io.espalier.orchestrator.host.HostRecord;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostReport;
import io.espalier.orchestrator.host.HostState;
import io.espalier.orchestrator.host.HostWatch;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.plan.Diffs;
import io.espalier.orchestrator.plan.PlanText;
import io.espalier.orchestrator.plan.Plans;
import io.espalier.orchestrator.plan.Releases;
import io.espalier.orchestrator.release.ObjectStore;
import io.espalier.orchestrator.release.Provenances;
import io.espalier.orchestrator.release.ReleaseBuilder;
import io.espalier.orchestrator.release.SigningKey;
import io.espalier.orchestrator.render.Renderer;
import io.espalier.orchestrator.rollout.Builds;
import io.espalier.orchestrator.rollout.Means;
import io.espalier.orchestrator.rollout.Pushes;
import io.espalier.orchestrator.rollout.Reconciler;
import io.espalier.orchestrator.rollout.Revisions;
import io.espalier.orchestrator.rollout.RolloutLimits;
import io.espalier.orchestrator.rollout.Rollouts;
import io.espalier.orchestrator.rollout.StepWatcher;
import io.espalier.orchestrator.source.Sources;
import io.espalier.orchestrator.source.hosting.FleetSource;
import io.espalier.orchestrator.store.Lead;
import io.espalier.protocol.HostName;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.wire.Facts;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** From snapshots to releases to rollouts. */
@Configuration(proxyBeanMethods = false)
class RolloutConfiguration {

    @Bean
    ObjectStore objectStore(OrchestratorProperties properties) {
        return new ObjectStore(properties.data().resolve("objects"));
    }

    @Bean
    Provenances provenances(OrchestratorProperties properties) {
        return new Provenances(properties.data().resolve("provenance"));
    }

    @Bean
    SigningKey signingKey(OrchestratorProperties properties) {
        return SigningKey.in(properties.data().resolve("keys"));
    }

    @Bean
    Renderer renderer() {
        return new Renderer();
    }

    @Bean
    ReleaseBuilder releaseBuilder(Renderer renderer, ObjectStore objects, Provenances provenances) {
        return new ReleaseBuilder(renderer, objects, provenances);
    }

    @Bean
    Releases releases(ObjectStore objects) {
        return id -> objects.read(id.digest()).map(Release::decode);
    }

    @Bean
    Plans plans(Links links, Releases releases, OrchestratorProperties properties) {
        return new Plans(
                links, releases, new Plans.Limits(properties.hosts().parallel(), Plans.Limits.DEFAULT.perHost()));
    }

    @Bean
    Diffs diffs(ObjectStore objects, Links links, Releases releases) {
        return new Diffs(
                objects::read,
                (host, path) -> {
                    try (Link link = links.open(host)) {
                        return link.readFile(path);
                    }
                },
                releases);
    }

    @Bean
    StepsOnHosts stepsOnHosts(HostRegistry registry, ObjectProvider<HostWatch> watch) {
        return new StepsOnHosts(registry, watch::getObject);
    }

    @Bean
    @DependsOnDatabaseInitialization
    Rollouts rollouts(
            DataSource database,
            Links links,
            Plans plans,
            Releases releases,
            ObjectStore objects,
            SigningKey key,
            HostRegistry registry,
            StepsOnHosts watcher,
            DeployMarks marks,
            InstantSource clock,
            Lead lead) {
        StepWatcher both = (rollout, steps) -> {
            watcher.changed(rollout, steps);
            marks.changed(rollout, steps);
        };
        var means = new Means(
                links,
                plans,
                releases,
                digest -> objects.read(digest)
                        .orElseThrow(() -> new IllegalStateException("object " + digest.abbreviated() + " is lost")),
                objects::sync,
                key::sign,
                registry::auid,
                () -> unhealthy(registry, clock.instant()),
                both);
        return new Rollouts(database, means, clock, RolloutLimits.DEFAULT, lead);
    }

    private static Set<HostName> unhealthy(HostRegistry registry, Instant now) {
        return registry.all().stream()
                .filter(record -> record.verdict(now).state() == HostState.FAILED)
                .map(HostRecord::name)
                .collect(Collectors.toSet());
    }

    @Bean
    @DependsOnDatabaseInitialization
    Revisions revisions(DataSource database, InstantSource clock, Lead lead) {
        return new Revisions(database, clock, lead);
    }

    @Bean
    Builds builds(Sources sources, FleetSource fleet, ReleaseBuilder builder, HostRegistry registry) {
        return new Builds(sources, fleet.name(), builder, () -> facts(registry));
    }

    private static Map<HostName, Facts> facts(HostRegistry registry) {
        var facts = new HashMap<HostName, Facts>();
        registry.all()
                .forEach(record ->
                        record.report().map(HostReport::facts).ifPresent(known -> facts.put(record.name(), known)));
        return facts;
    }

    @Bean
    Reconciler reconciler(
            Builds builds,
            Revisions revisions,
            Plans plans,
            Rollouts rollouts,
            InstantSource clock,
            OrchestratorProperties properties) {
        return new Reconciler(builds, revisions, plans, rollouts, clock, properties.reconcile());
    }

    @Bean
    Pushes pushes(Builds builds, Plans plans, Diffs diffs, Rollouts rollouts, Reconciler reconciler) {
        return new Pushes(builds, plans, new PlanText(diffs), rollouts, reconciler);
    }

    @Bean
    Engine engine(Rollouts rollouts, Reconciler reconciler, HostWatch watch, StepsOnHosts steps, Lead lead) {
        return new Engine(rollouts, reconciler, watch, steps, lead);
    }
}
