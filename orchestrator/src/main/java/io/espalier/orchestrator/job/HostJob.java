package io.espalier.orchestrator.job;

import io.espalier.protocol.HostName;
import java.time.Instant;
import java.util.Optional;

/**
 * A job of a host, as the host told it.
 *
 * @param job {@code UNIT/NAME}
 * @param timing such as {@code every 10m} or {@code cron 0 30 2 * * ? Europe/Berlin}
 * @param work such as {@code run /usr/local/bin/rotate}
 * @param next when it is due, by the host's clock; empty if never again
 * @param last how it went last; empty if it never ran
 */
public record HostJob(
        HostName host,
        String job,
        String timing,
        String work,
        String missed,
        String overlap,
        Optional<Instant> next,
        Optional<JobRun> last) {}
