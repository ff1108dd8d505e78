package io.espalier.orchestrator;

import io.espalier.orchestrator.balance.BalanceProperties;
import io.espalier.orchestrator.balance.Balancers;
import io.espalier.orchestrator.dns.DnsProperties;
import io.espalier.orchestrator.dns.FleetDns;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.rollout.Reconciler;
import io.espalier.orchestrator.store.Lead;
import io.espalier.orchestrator.tree.TreeWriter;
import java.time.Clock;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Who is where: the fleet's names over HTTP, and peers for load balancers. Both begin once everything else is there. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({DnsProperties.class, BalanceProperties.class})
class DnsConfiguration {

    @Bean
    FleetDns fleetDns(DnsProperties properties, Reconciler reconciler, HostRegistry registry, TreeWriter tree) {
        return new FleetDns(
                properties, () -> reconciler.wanted().map(ReleaseSet::fleet), registry, tree::later, Clock.systemUTC());
    }

    @Bean
    @DependsOnDatabaseInitialization
    Balancers balancers(
            BalanceProperties properties,
            Reconciler reconciler,
            HostRegistry registry,
            Links links,
            DataSource database,
            InstantSource clock) {
        return new Balancers(
                properties, () -> reconciler.wanted().map(ReleaseSet::fleet), registry, links, database, clock);
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> openDns(FleetDns dns, Balancers balancers, Lead lead) {
        return _ -> {
            dns.start();
            lead.whenHeld(balancers::start);
        };
    }
}
