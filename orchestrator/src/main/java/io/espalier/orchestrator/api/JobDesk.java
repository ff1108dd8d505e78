package io.espalier.orchestrator.api;

import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.job.HostJob;
import io.espalier.orchestrator.job.JobRun;
import io.espalier.orchestrator.job.Jobs;
import io.espalier.protocol.HostName;
import io.espalier.protocol.api.JobRunView;
import io.espalier.protocol.api.JobView;
import io.espalier.protocol.api.StartedJob;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The jobs of hosts. */
@Component
public final class JobDesk {

    private static final int MAX_NAME = 150;

    private final Jobs jobs;
    private final Hosts hosts;
    private final Audit audit;

    JobDesk(Jobs jobs, Hosts hosts, Audit audit) {
        this.jobs = jobs;
        this.hosts = hosts;
        this.audit = audit;
    }

    /** Of one host, or of all that are in the fleet. */
    public List<JobView> all(@Nullable String host) {
        Optional<HostName> only =
                Optional.ofNullable(host).map(name -> known(name).name());
        return jobs.list(only).stream()
                .filter(job -> only.isPresent() || hosts.inFleet(job.host()).isPresent())
                .map(JobDesk::view)
                .toList();
    }

    /** The newest first. */
    public List<JobRunView> runs(String host, String job, int limit) {
        return jobs.runs(known(host).name(), job, limit).stream()
                .map(JobDesk::view)
                .toList();
    }

    /** Starts a run; the audit trail tells who did. */
    public StartedJob run(String host, @Nullable String job, String by) {
        if (job == null || job.isBlank() || job.length() > MAX_NAME) {
            throw RequestRefused.malformed("job: expected UNIT/NAME or NAME");
        }
        Host known = known(host);
        String started = jobs.run(known, job);
        audit.record(by, "job.run", "host " + host, "", started);
        return new StartedJob(host, started);
    }

    private Host known(String host) {
        return hosts.inFleet(Hosts.parse(host)).orElseThrow(() -> Hosts.unknown(host));
    }

    private static JobView view(HostJob job) {
        return new JobView(
                job.host().value(),
                job.job(),
                job.timing(),
                job.work(),
                job.missed(),
                job.overlap(),
                job.next().orElse(null),
                job.last().map(JobDesk::view).orElse(null));
    }

    private static JobRunView view(JobRun run) {
        return new JobRunView(
                run.host().value(),
                run.job(),
                run.due(),
                run.started(),
                run.took().toMillis(),
                run.byHand() ? "hand" : "schedule",
                run.ending(),
                run.status().isPresent() ? run.status().getAsInt() : null,
                run.output());
    }
}
