package io.espalier.protocol.api;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.annotation.PostExchange;

/**
 * Everything the shell can do, and what any HTTP client can do as well. Errors are RFC 9457 problem details with a
 * {@code reason} word.
 */
@HttpExchange("/api/v1")
public interface OrchestratorApi {

    // ---- looking ----

    @GetExchange("/status")
    FleetStatus status();

    /**
     * @param q part of a name, tag or address
     * @param page from 0
     */
    @GetExchange("/hosts")
    HostPage hosts(
            @RequestParam(required = false) @Nullable String tier,
            @RequestParam(required = false) @Nullable String tag,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable String q,
            @RequestParam(defaultValue = "0") int page,
            @RequestParam(defaultValue = "200") int size);

    @GetExchange("/hosts/{name}")
    HostDetail host(@PathVariable String name);

    /** What each line of a file on a host was made of: template, variables, and who wrote them. */
    @GetExchange("/hosts/{name}/explain")
    ExplainView explain(@PathVariable String name, @RequestParam String path);

    /** The releases with which a path changed on a host, the newest first. */
    @GetExchange("/hosts/{name}/history")
    List<PathChangeView> history(
            @PathVariable String name, @RequestParam String path, @RequestParam(defaultValue = "20") int limit);

    @GetExchange("/sources")
    List<SourceView> sources();

    /** Looks at the source now instead of at its next turn. */
    @PostExchange("/sources/{name}/sync")
    SourceView syncSource(@PathVariable String name);

    // ---- desired state ----

    /** Checks a fleet that is not in any source yet, against the templates that the orchestrator knows. */
    @PostExchange("/validate")
    List<ProblemView> validate(@RequestBody ValidateRequest request);

    /** What a host would hold. */
    @GetExchange("/render/{host}")
    List<RenderedFileView> render(
            @PathVariable String host,
            @RequestParam(required = false) @Nullable String unit,
            @RequestParam(required = false) @Nullable String ref);

    /** What {@link #deploy} of the same ref, hosts, tiers and units would change; none or absent means all. */
    @GetExchange("/plan")
    PlanView plan(
            @RequestParam(required = false) @Nullable String ref,
            @RequestParam(required = false) @Nullable List<String> host,
            @RequestParam(required = false) @Nullable List<String> tier,
            @RequestParam(required = false) @Nullable List<String> unit);

    // ---- changing ----

    @PostExchange("/rollouts")
    RolloutView deploy(@RequestBody DeployRequest request);

    /** The newest first. */
    @GetExchange("/rollouts")
    List<RolloutView> rollouts(@RequestParam(defaultValue = "20") int limit);

    @GetExchange("/rollouts/{id}")
    RolloutDetail rollout(@PathVariable long id);

    /**
     * What happened in a rollout after event {@code since}, oldest first. With {@code Accept: text/event-stream} the same
     * URL streams, each event under its id, and ends when the rollout does.
     */
    @GetExchange("/rollouts/{id}/events")
    List<EventView> rolloutEvents(@PathVariable long id, @RequestParam(defaultValue = "0") long since);

    /** @param action one of pause, resume, abort, approve, retry */
    @PostExchange("/rollouts/{id}/{action}")
    RolloutView steer(@PathVariable long id, @PathVariable String action);

    @PostExchange("/rollback")
    RolloutView rollback(@RequestBody RollbackRequest request);

    @GetExchange("/drift")
    List<DriftView> drift();

    @PostExchange("/drift/{host}/heal")
    RolloutView heal(@PathVariable String host);

    // ---- jobs of hosts ----

    /** @param host only its jobs */
    @GetExchange("/jobs")
    List<JobView> jobs(@RequestParam(required = false) @Nullable String host);

    /**
     * The newest first.
     *
     * @param job {@code UNIT/NAME}
     */
    @GetExchange("/hosts/{host}/runs")
    List<JobRunView> runs(
            @PathVariable String host, @RequestParam String job, @RequestParam(defaultValue = "20") int limit);

    /** Starts a run and does not wait for its end. */
    @PostExchange("/hosts/{host}/runs")
    StartedJob runJob(@PathVariable String host, @RequestBody RunJobRequest request);

    // ---- hosts come and go ----

    /** Contacts a machine and tells its host key, without trusting it. */
    @PostExchange("/enrol/probe")
    EnrolProbe probe(@RequestBody EnrolRequest request);

    /** Starts an enrolment; {@link EnrolRequest#hostKey()} must be the fingerprint that a person agreed to. */
    @PostExchange("/enrol")
    EnrolmentView enrol(@RequestBody EnrolRequest request);

    @GetExchange("/enrol/{id}")
    EnrolmentView enrolment(@PathVariable String id);

    // ---- names ----

    /** How HTTPDNS in the orchestrator does. */
    @GetExchange("/dns")
    DnsStats dnsStats();

    /**
     * Names that are answered locally: hosts and tiers of the fleet, the operator's records; sorted.
     *
     * @param q part of a name
     */
    @GetExchange("/dns/names")
    List<DnsName> dnsNames(
            @RequestParam(required = false) @Nullable String q, @RequestParam(defaultValue = "200") int limit);

    /** @param type such as A, or several with commas */
    @GetExchange("/dns/lookup")
    DnsLookup dnsLookup(@RequestParam String name, @RequestParam(defaultValue = "A") String type);

    /** Forgets what the caches hold of names, so that upstreams are asked anew. */
    @PostExchange("/dns/purge")
    DnsPurged dnsPurge(@RequestBody DnsPurge request);

    /** Load balancers of the fleet and the peers they were given. */
    @GetExchange("/balancers")
    List<BalancerView> balancers();

    // ---- backups ----

    /** What is protected of each host that was ever backed up. */
    @GetExchange("/backups")
    List<BackupHostView> backups();

    /** The newest first. */
    @GetExchange("/backups/snapshots")
    List<BackupSnapshotView> backupSnapshots(
            @RequestParam(required = false) @Nullable String host,
            @RequestParam(required = false) @Nullable String kind);

    /**
     * What a snapshot holds right below a folder of it.
     *
     * @param path a folder; the top if absent
     */
    @GetExchange("/backups/snapshots/{host}/{snapshot}/entries")
    List<BackupEntryView> backupEntries(
            @PathVariable String host,
            @PathVariable String snapshot,
            @RequestParam(required = false) @Nullable String path);

    @PostExchange("/backups/run")
    BackupTaskView runBackup(@RequestBody BackupRunRequest request);

    @PostExchange("/backups/restore")
    BackupTaskView restoreBackup(@RequestBody BackupRestoreRequest request);

    @PostExchange("/backups/check")
    BackupTaskView checkBackups(@RequestBody BackupCareRequest request);

    @PostExchange("/backups/prune")
    BackupTaskView pruneBackups(@RequestBody BackupCareRequest request);

    /** Restores the newest and another snapshot of each kind to a scratch folder of the orchestrator, and compares. */
    @PostExchange("/backups/drill")
    BackupTaskView drillBackups(@RequestBody BackupCareRequest request);

    /** The newest first. */
    @GetExchange("/backups/tasks")
    List<BackupTaskView> backupTasks(@RequestParam(defaultValue = "20") int limit);

    @GetExchange("/backups/tasks/{id}")
    BackupTaskView backupTask(@PathVariable long id);

    // ---- people ----

    @GetExchange("/users")
    List<UserView> users();

    @PostExchange("/tokens")
    CreatedToken createToken(@RequestBody TokenRequest request);

    @GetExchange("/audit")
    List<AuditView> audit(@RequestParam(defaultValue = "50") int limit);
}
