package io.espalier.orchestrator.job;

import io.espalier.protocol.Auid;
import io.espalier.protocol.wire.Report;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/** Takes how hosts are: sysinfo, service, drift, backup. */
@FunctionalInterface
public interface ReportSink {

    /**
     * @param at when it was so, by our clock
     * @throws IllegalArgumentException if the report is not as it should be; it is not offered again
     */
    void report(Auid auid, Report.Kind kind, JsonNode body, Instant at);
}
