package io.espalier.orchestrator;

import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.Traffic;
import io.espalier.orchestrator.job.ReportSink;
import io.espalier.orchestrator.rollout.Rollouts;
import io.espalier.orchestrator.tree.RunningTree;
import io.espalier.orchestrator.tree.TreeWriter;
import io.espalier.orchestrator.worker.ReportKind;
import io.espalier.orchestrator.worker.WorkerException;
import io.espalier.orchestrator.worker.WorkerRows;
import io.espalier.orchestrator.worker.Workers;
import java.time.InstantSource;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What agents report, and what of it goes into the tree, where there is one. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(WorkerProperties.class)
class WorkerConfiguration {

    @Bean
    TreeWriter treeWriter(ObjectProvider<RunningTree> tree) {
        return new TreeWriter(Optional.ofNullable(tree.getIfAvailable()));
    }

    @Bean
    DeployMarks deployMarks(TreeWriter tree) {
        return new DeployMarks(tree::later);
    }

    @Bean
    OwnFigures ownFigures(
            HostRegistry hosts,
            Rollouts rollouts,
            Traffic traffic,
            DeployMarks marks,
            TreeWriter tree,
            InstantSource clock) {
        return new OwnFigures(hosts, rollouts, traffic, marks, tree::later, clock);
    }

    @Bean(initMethod = "start", destroyMethod = "close")
    @DependsOnDatabaseInitialization
    Workers workers(
            DataSource database,
            HostRegistry hosts,
            TreeWriter tree,
            InstantSource clock,
            WorkerProperties properties) {
        return new Workers(
                new WorkerRows(database),
                hosts,
                tree::now,
                clock,
                new Workers.Staleness(properties.staleAfter(), properties.backupStaleAfter()));
    }

    /** What agents tell of their hosts by themselves is what workers report. */
    @Bean
    ReportSink reportSink(Workers workers) {
        return (auid, kind, body, at) -> {
            try {
                workers.report(
                        auid.value(),
                        switch (kind) {
                            case SYSINFO -> ReportKind.SYSINFO;
                            case SERVICE -> ReportKind.SERVICE;
                            case DRIFT -> ReportKind.DRIFT;
                            case BACKUP -> ReportKind.BACKUP;
                            case JOB, SCHEDULE ->
                                throw new IllegalArgumentException(kind.word() + " tells nothing of how a host is");
                        },
                        body,
                        at);
            } catch (WorkerException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        };
    }
}
