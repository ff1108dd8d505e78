package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Pace;
import io.espalier.orchestrator.source.SourceListener;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.SourceStates;
import io.espalier.orchestrator.source.Sources;
import io.espalier.orchestrator.source.git.AddressGuard;
import io.espalier.orchestrator.source.git.Credential;
import io.espalier.orchestrator.source.git.OwnSettings;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.git.RemoteAccess;
import io.espalier.orchestrator.source.webhook.Deliveries;
import io.espalier.orchestrator.source.webhook.Hooks;
import io.espalier.orchestrator.store.Lead;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Puts the sources together. Whoever else makes up the orchestrator provides a {@link GitAccess}, a {@link PushCheck}, a
 * {@link PushFollower}, a {@link SourceListener}, a clock and the database.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SourceProperties.class)
class SourceConfiguration {

    @Bean
    FleetSource fleetSource(SourceProperties properties) {
        return new FleetSource(new SourceName(properties.fleet().name()));
    }

    @Bean
    PackLimits packLimits(SourceProperties properties) {
        return new PackLimits(
                properties.maxPack().toBytes(),
                properties.maxObjects(),
                PackLimits.DEFAULT.objectBytes(),
                properties.maxTime());
    }

    @Bean
    HostedRepositories hostedRepositories(SourceProperties properties, PackLimits limits) {
        OwnSettings.use();
        var repositories = new HostedRepositories(properties.folder().resolve("git"), limits);
        Mirrors.hostedName(properties.fleet().url()).ifPresent(repositories::create);
        properties.hosting().repositories().forEach(name -> repositories.create(new SourceName(name)));
        return repositories;
    }

    @Bean
    Sources sources(
            SourceProperties properties,
            HostedRepositories repositories,
            PackLimits limits,
            JdbcClient jdbc,
            InstantSource clock,
            Lead lead) {
        var guard = new AddressGuard(properties.allowPrivate(), properties.allowLocal());
        var access = new RemoteAccess(
                properties.schemes(), guard, credentials(properties.credentials()), properties.timeout());
        SourceProperties.Fleet fleet = properties.fleet();
        return new Sources(
                Map.of(new SourceName(fleet.name()), new SourceSpec.Git(fleet.url(), fleet.ref(), fleet.pick())),
                new Mirrors(repositories, properties.folder().resolve("mirrors"), access, limits),
                new SourceStates(jdbc, lead),
                new Pace(properties.interval(), properties.firstRetry(), properties.lastRetry()),
                clock);
    }

    private static List<Credential> credentials(Map<String, SourceProperties.CredentialProperties> given) {
        return given.entrySet().stream()
                .map(entry -> new Credential(
                        entry.getKey(),
                        entry.getValue().url(),
                        entry.getValue().user(),
                        entry.getValue().secret(),
                        entry.getValue().keyFile(),
                        entry.getValue().knownHosts(),
                        entry.getValue().certificates()))
                .toList();
    }

    @Bean
    Deliveries deliveries(JdbcClient jdbc, InstantSource clock) {
        return new Deliveries(jdbc, clock);
    }

    @Bean
    Hooks hooks(SourceProperties properties, Deliveries deliveries, Sources sources, InstantSource clock) {
        Map<SourceName, List<String>> secrets = properties.hooks().entrySet().stream()
                .collect(Collectors.toMap(entry -> new SourceName(entry.getKey()), Map.Entry::getValue));
        return new Hooks(secrets, deliveries, sources::poke, clock);
    }

    @Bean
    PushRules pushRules(SourceProperties properties, PackLimits limits) {
        SourceProperties.Hosting hosting = properties.hosting();
        return new PushRules(
                limits, hosting.maxFiles(), hosting.allowRewrite(), hosting.checkTime(), hosting.followTime());
    }

    @Bean
    HostedEdits hostedEdits(
            HostedRepositories repositories,
            PushRules rules,
            PushCheck check,
            PushFollower follower,
            Sources sources,
            InstantSource clock) {
        var handling = new PushSession.Handling(check, follower, new FollowingSources(sources), rules);
        return new HostedEdits(repositories, handling, clock);
    }

    @Bean
    ServletRegistrationBean<HostedGitServlet> hostedGit(
            HostedRepositories repositories,
            PushRules rules,
            GitAccess access,
            PushCheck check,
            PushFollower follower,
            Sources sources) {
        var servlet = new HostedGitServlet(repositories, access, check, follower, new FollowingSources(sources), rules);
        var registration = new ServletRegistrationBean<>(servlet, "/git/*");
        registration.setName("git");
        return registration;
    }

    @Bean
    SourceLifecycle sourceLifecycle(
            Sources sources,
            SourceListener listener,
            Deliveries deliveries,
            HostedRepositories repositories,
            SourceProperties properties,
            Lead lead) {
        return new SourceLifecycle(
                sources,
                listener,
                deliveries,
                repositories,
                properties.hosting().tidyEvery(),
                lead);
    }
}
