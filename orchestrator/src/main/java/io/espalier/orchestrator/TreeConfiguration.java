package io.espalier.orchestrator;

import io.espalier.metrics.TreeServer;
import io.espalier.metrics.ingest.Networks;
import io.espalier.metrics.ingest.Senders;
import io.espalier.metrics.pipe.LogFormat;
import io.espalier.metrics.tree.TreeSettings;
import io.espalier.orchestrator.tree.KeyFirewall;
import io.espalier.orchestrator.tree.RunningTree;
import io.espalier.orchestrator.tree.TreeServlet;
import io.espalier.orchestrator.tree.TreeUrls;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.TomcatConnectorCustomizer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.web.firewall.HttpFirewall;

/** The metrics tree in this process, unless it is switched off. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "espalier.tree.enabled", matchIfMissing = true)
@EnableConfigurationProperties(TreeProperties.class)
class TreeConfiguration {

    private static final Duration RETRY = Duration.ofSeconds(10);
    private static final Duration CHECKPOINT = Duration.ofMinutes(1);
    private static final int MAX_TOP_LEVEL = 1_000;

    @Bean
    RunningTree runningTree(OrchestratorProperties properties, TreeProperties tree) {
        return new RunningTree(() -> open(properties.data(), tree), RETRY);
    }

    /** Its history lies in {@code trend/} of the data folder, its checkpoint and views beside that. */
    private static TreeServer open(Path data, TreeProperties tree) throws IOException {
        TreeSettings machine = TreeSettings.ofMachine();
        var settings =
                new TreeSettings(machine.shards(), machine.root().withMaxLeaves(tree.maxLeaves()), MAX_TOP_LEVEL);
        var doors = new TreeServer.Doors(
                tree.address(),
                -1,
                tree.pushPort(),
                tree.graphitePort(),
                Networks.parse(tree.allow()),
                Optional.ofNullable(tree.logFormat()).map(LogFormat::of));
        var keeping = new TreeServer.Keeping(Optional.of(data), CHECKPOINT, tree.history(), Optional.empty());
        return new TreeServer(settings, doors, Senders.NONE, keeping, Clock.systemUTC());
    }

    @Bean
    ServletRegistrationBean<TreeServlet> treeUrls(RunningTree tree, TreeProperties properties) {
        var registration = new ServletRegistrationBean<>(
                new TreeServlet(tree, properties.watchers()),
                TreeUrls.mappings().toArray(String[]::new));
        registration.setName("tree");
        return registration;
    }

    @Bean
    HttpFirewall keyFirewall() {
        return new KeyFirewall();
    }

    /** An encoded slash within a key stays what it is; elsewhere the firewall refuses it. */
    @Bean
    TomcatConnectorCustomizer slashesInKeys() {
        return connector -> connector.setEncodedSolidusHandling(EncodedSolidusHandling.PASS_THROUGH.getValue());
    }
}
