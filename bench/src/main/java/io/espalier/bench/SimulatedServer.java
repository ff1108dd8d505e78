package io.espalier.bench;

import io.espalier.orchestrator.OrchestratorApplication;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.host.LocalLinks;
import io.espalier.orchestrator.host.Traffic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The whole orchestrator, but for SSH: it speaks to the sockets of {@link SimulatedAgents}. */
final class SimulatedServer {

    private SimulatedServer() {}

    /** Arguments: the folder, then options of the orchestrator. */
    public static void main(String[] args) {
        var application = new SpringApplication(OrchestratorApplication.class, NoSsh.class);
        application.setDefaultProperties(Map.of(
                "spring.main.allow-bean-definition-overriding",
                "true",
                "bench.folder",
                args[0],
                "espalier.dns.enabled",
                "false"));
        application.run(java.util.Arrays.copyOfRange(args, 1, args.length));
    }

    @Configuration(proxyBeanMethods = false)
    static class NoSsh {
        @Bean
        Links links(@Value("${bench.folder}") Path folder, HostRegistry registry, Traffic traffic) {
            var limits = new LinkLimits(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMinutes(2));
            return new LocalLinks(
                    host -> SimulatedAgents.socket(
                            folder.resolve("hosts"), host.name().value()),
                    registry::welcome,
                    limits,
                    traffic);
        }
    }
}
