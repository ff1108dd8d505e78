package io.espalier.orchestrator;

import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.backup.Backups;
import io.espalier.orchestrator.backup.Vault;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.Links;
import io.espalier.orchestrator.release.SigningKey;
import io.espalier.orchestrator.store.Lead;
import io.espalier.orchestrator.worker.ReportKind;
import io.espalier.orchestrator.worker.WorkerException;
import io.espalier.orchestrator.worker.Workers;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The fleet's backups. Until somebody backs up, that is a few objects and no file. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "espalier.backup.enabled", matchIfMissing = true)
class BackupConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(BackupConfiguration.class);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Bean
    Vault vault(OrchestratorProperties properties, HostRegistry registry, InstantSource clock) {
        OrchestratorProperties.Backup given = properties.backup();
        var settings =
                new Vault.Settings(properties.data(), given.listen(), given.port(), Optional.ofNullable(given.url()));
        return new Vault(settings, auid -> registry.find(new Auid(auid.text())).isPresent(), clock);
    }

    @Bean
    @DependsOnDatabaseInitialization
    Backups backups(
            Vault vault,
            FleetNow fleet,
            HostRegistry registry,
            Links links,
            SigningKey signer,
            JdbcClient jdbc,
            Audit audit,
            Workers workers,
            InstantSource clock,
            Lead lead) {
        var machines = new Backups.Fleet() {
            @Override
            public Optional<Host> host(HostName name) {
                return fleet.find(name);
            }

            @Override
            public Optional<Auid> auid(HostName name) {
                return registry.auid(name);
            }

            @Override
            public Optional<HostName> name(Auid auid) {
                return registry.find(auid).map(HostRecord::name);
            }
        };
        Backups.Listener told = (auid, at, json) -> tell(workers, auid, at, json);
        var backups = new Backups(vault, machines, links, signer, jdbc, audit, told, clock);
        lead.whenHeld(backups::takeOver);
        return backups;
    }

    /** What a host says is on record with the worker; a report that is not taken does not undo a backup. */
    private static void tell(Workers workers, Auid auid, Instant at, String json) {
        try {
            workers.report(auid.value(), ReportKind.BACKUP, JSON.readTree(json), at);
        } catch (WorkerException | JacksonException e) {
            LOG.atWarn()
                    .addKeyValue("auid", auid.value())
                    .log("the report of a backup is not taken: {}", e.getMessage());
        }
    }

    @Bean
    Drills drills(Backups backups, OrchestratorProperties properties, Lead lead) {
        return new Drills(backups, properties.backup().drill(), lead);
    }

    /** Only where hosts push by themselves, and not in the way of the start. */
    @Bean
    ApplicationRunner backupDoor(Vault vault, Lead lead) {
        return arguments ->
                lead.whenHeld(() -> Thread.ofVirtual().name("backup-door").start(() -> {
                    try {
                        vault.start();
                    } catch (IOException e) {
                        LOG.atError().setCause(e).log("the backup server does not start");
                    }
                }));
    }
}
