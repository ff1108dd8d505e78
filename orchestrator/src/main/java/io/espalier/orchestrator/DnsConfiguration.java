package io.espalier.orchestrator;

import io.espalier.orchestrator.dns.DnsProperties;
import io.espalier.orchestrator.dns.FleetDns;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.release.ReleaseSet;
import io.espalier.orchestrator.rollout.Reconciler;
import java.time.Clock;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** HTTPDNS with the fleet's names; opened once everything else is there. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DnsProperties.class)
class DnsConfiguration {

    @Bean
    FleetDns fleetDns(DnsProperties properties, Reconciler reconciler, HostRegistry registry) {
        return new FleetDns(properties, () -> reconciler.wanted().map(ReleaseSet::fleet), registry, Clock.systemUTC());
    }

    @Bean
    ApplicationListener<ApplicationReadyEvent> openDns(FleetDns dns) {
        return _ -> dns.start();
    }
}
