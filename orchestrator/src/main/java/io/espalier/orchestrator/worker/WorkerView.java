package io.espalier.orchestrator.worker;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One worker at a moment.
 *
 * @param host its name in the fleet; empty for a worker that is no host of it
 * @param hostname as it calls itself
 * @param address empty if nobody knows
 * @param isAlive whether it is heard of: by the orchestrator's own link if it is a host, else by its reports
 * @param lastSeen by the link or by any report
 * @param reports the last of each kind
 */
public record WorkerView(
        String auid,
        Optional<String> host,
        String hostname,
        String address,
        List<String> tags,
        boolean isAlive,
        Optional<Instant> lastSeen,
        Map<ReportKind, Kept> reports) {

    /** @param isStale whether the next one should have come by now */
    public record Kept(Report report, boolean isStale) {}

    public WorkerView {
        tags = List.copyOf(tags);
        reports = Map.copyOf(reports);
    }
}
