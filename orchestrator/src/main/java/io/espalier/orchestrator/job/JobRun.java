package io.espalier.orchestrator.job;

import io.espalier.protocol.HostName;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalInt;

/**
 * How one run of a job went, as its host told it.
 *
 * @param job {@code UNIT/NAME}
 * @param due by the host's clock, as is {@code started}
 * @param byHand and not by its schedule
 * @param ending as docs/spec/job.md lists them
 * @param status exit status, where a program ended by itself
 * @param output the last of what it printed
 */
public record JobRun(
        HostName host,
        String job,
        Instant due,
        Instant started,
        Duration took,
        boolean byHand,
        String ending,
        OptionalInt status,
        String output) {}
