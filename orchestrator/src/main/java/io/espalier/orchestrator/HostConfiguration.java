package io.espalier.orchestrator;

import io.espalier.orchestrator.enrol.AgentImage;
import io.espalier.orchestrator.enrol.Enrolment;
import io.espalier.orchestrator.enrol.Enrolments;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostRows;
import io.espalier.orchestrator.host.HostWatch;
import io.espalier.orchestrator.host.LeadLinks;
import io.espalier.orchestrator.host.LinkLimits;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.host.LinksByAddress;
import io.espalier.orchestrator.host.LocalLinks;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.orchestrator.job.JobRows;
import io.espalier.orchestrator.job.Jobs;
import io.espalier.orchestrator.job.ReportDesk;
import io.espalier.orchestrator.job.ReportSink;
import io.espalier.orchestrator.release.SigningKey;
import io.espalier.orchestrator.rollout.Reconciler;
import io.espalier.orchestrator.ssh.DeployKey;
import io.espalier.orchestrator.ssh.HostKey;
import io.espalier.orchestrator.ssh.RegisteredHostKeys;
import io.espalier.orchestrator.ssh.SshLinks;
import io.espalier.orchestrator.ssh.SshSettings;
import io.espalier.orchestrator.store.Lead;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The machines: what is known of them, the ways to them, and who looks after them. */
@Configuration(proxyBeanMethods = false)
class HostConfiguration {

    @Bean
    @DependsOnDatabaseInitialization
    HostRegistry hostRegistry(DataSource database, InstantSource clock, Lead lead) {
        var registry = new HostRegistry(new HostRows(database, lead), clock);
        if (!lead.isHeld()) {
            lead.whenHeld(registry::takeOver);
        }
        return registry;
    }

    @Bean
    Enrolment enrolment(
            HostRegistry registry,
            DeployKey deployKey,
            SigningKey signingKey,
            OrchestratorProperties properties,
            InstantSource clock) {
        return new Enrolment(
                registry,
                deployKey,
                signingKey.publicKey(),
                () -> agentImage(properties.hosts().agentImage()),
                SshSettings.DEFAULT,
                clock);
    }

    private static AgentImage agentImage(@Nullable Path file) {
        if (file == null) {
            throw new IllegalStateException("there is no agent to install; set espalier.hosts.agent-image");
        }
        String arch = System.getProperty("os.arch");
        return AgentImage.of(file, arch.equals("amd64") ? "x86_64" : arch);
    }

    @Bean
    Enrolments enrolments(Enrolment enrolment) {
        return new Enrolments(enrolment);
    }

    @Bean
    DeployKey deployKey(OrchestratorProperties properties) {
        return DeployKey.in(properties.data().resolve("keys"));
    }

    @Bean
    Traffic traffic() {
        return new Traffic();
    }

    @Bean
    FleetNow fleetNow(HostRegistry registry, ObjectProvider<Reconciler> reconciler) {
        return new FleetNow(registry, () -> reconciler.getObject().wanted());
    }

    @Bean
    Links links(
            OrchestratorProperties properties,
            HostRegistry registry,
            DeployKey key,
            Traffic traffic,
            FleetNow fleet,
            InstantSource clock,
            Lead lead) {
        OrchestratorProperties.Hosts settings = properties.hosts();
        var keys = new RegisteredHostKeys(
                registry, settings.authorities().stream().map(HostKey::parse).toList());
        var remote = new SshLinks(
                key.login(),
                keys,
                registry::welcome,
                fleet::find,
                SshSettings.DEFAULT.withConnections(settings.connections()),
                LinkLimits.DEFAULT,
                traffic,
                clock);
        var local = new LocalLinks(_ -> settings.localSocket(), registry::welcome, LinkLimits.DEFAULT, traffic);
        var links = new LinksByAddress(local, remote);
        return lead.equals(Lead.ALONE) ? links : new LeadLinks(links, lead);
    }

    @Bean
    @DependsOnDatabaseInitialization
    JobRows jobRows(DataSource database) {
        return new JobRows(database);
    }

    @Bean
    Jobs jobs(JobRows rows, Links links) {
        return new Jobs(rows, links);
    }

    @Bean
    ReportDesk reportDesk(JobRows rows, ReportSink sink, HostRegistry registry, InstantSource clock) {
        return new ReportDesk(rows, sink, registry::auid, clock);
    }

    @Bean
    HostWatch hostWatch(
            OrchestratorProperties properties,
            Links links,
            HostRegistry registry,
            FleetNow fleet,
            ReportDesk reports,
            ObjectProvider<Reconciler> reconciler) {
        HostWatch.Settings usual = HostWatch.Settings.DEFAULT;
        var settings = new HostWatch.Settings(
                properties.hosts().watch(), properties.hosts().parallel(), usual.retries(), usual.perSecond());
        return new HostWatch(
                links, registry, fleet::hosts, new Noticed(reconciler::getObject), Optional.of(reports), settings);
    }
}
