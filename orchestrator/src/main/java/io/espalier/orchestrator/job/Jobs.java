package io.espalier.orchestrator.job;

import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.Link;
import io.espalier.orchestrator.host.Links;
import io.espalier.protocol.HostName;
import java.util.List;
import java.util.Optional;

/** The jobs of all hosts: what they told, and one more run. */
public final class Jobs {

    private final JobRows rows;
    private final Links links;

    public Jobs(JobRows rows, Links links) {
        this.rows = rows;
        this.links = links;
    }

    /** @param host only its jobs; empty: all hosts' */
    public List<HostJob> list(Optional<HostName> host) {
        return rows.jobs(host);
    }

    /**
     * The newest first.
     *
     * @param job {@code UNIT/NAME}
     */
    public List<JobRun> runs(HostName host, String job, int limit) {
        return rows.runs(host, job, Math.clamp(limit, 1, JobRows.KEPT));
    }

    /**
     * Starts a run and does not wait for its end.
     *
     * @param job {@code UNIT/NAME}, or the name alone where it is the only one
     * @return its full name
     * @throws io.espalier.orchestrator.host.LinkException if the host cannot be asked, has no such job or runs it now
     */
    public String run(Host host, String job) {
        try (Link link = links.open(host)) {
            return link.runJob(job);
        }
    }
}
