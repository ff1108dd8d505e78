package io.espalier.orchestrator;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings under {@code espalier.worker}.
 *
 * @param staleAfter without the next report for so long, the last one is stale
 * @param backupStaleAfter the same for reports on backups
 */
@ConfigurationProperties("espalier.worker")
record WorkerProperties(
        @DefaultValue("5m") Duration staleAfter,
        @DefaultValue("26h") Duration backupStaleAfter) {}
