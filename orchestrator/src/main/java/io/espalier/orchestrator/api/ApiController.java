package io.espalier.orchestrator.api;

import io.espalier.orchestrator.access.CurrentCaller;
import io.espalier.protocol.api.AuditView;
import io.espalier.protocol.api.BackupCareRequest;
import io.espalier.protocol.api.BackupEntryView;
import io.espalier.protocol.api.BackupHostView;
import io.espalier.protocol.api.BackupRestoreRequest;
import io.espalier.protocol.api.BackupRunRequest;
import io.espalier.protocol.api.BackupSnapshotView;
import io.espalier.protocol.api.BackupTaskView;
import io.espalier.protocol.api.BalancerView;
import io.espalier.protocol.api.CreatedToken;
import io.espalier.protocol.api.DeployRequest;
import io.espalier.protocol.api.DnsLookup;
import io.espalier.protocol.api.DnsName;
import io.espalier.protocol.api.DnsPurge;
import io.espalier.protocol.api.DnsPurged;
import io.espalier.protocol.api.DnsStats;
import io.espalier.protocol.api.DriftView;
import io.espalier.protocol.api.EnrolProbe;
import io.espalier.protocol.api.EnrolRequest;
import io.espalier.protocol.api.EnrolmentView;
import io.espalier.protocol.api.EventView;
import io.espalier.protocol.api.ExplainView;
import io.espalier.protocol.api.FleetStatus;
import io.espalier.protocol.api.HostDetail;
import io.espalier.protocol.api.HostPage;
import io.espalier.protocol.api.JobRunView;
import io.espalier.protocol.api.JobView;
import io.espalier.protocol.api.OrchestratorApi;
import io.espalier.protocol.api.PathChangeView;
import io.espalier.protocol.api.PlanView;
import io.espalier.protocol.api.ProblemView;
import io.espalier.protocol.api.RenderedFileView;
import io.espalier.protocol.api.RollbackRequest;
import io.espalier.protocol.api.RolloutDetail;
import io.espalier.protocol.api.RolloutView;
import io.espalier.protocol.api.RunJobRequest;
import io.espalier.protocol.api.SourceView;
import io.espalier.protocol.api.StartedJob;
import io.espalier.protocol.api.TokenRequest;
import io.espalier.protocol.api.UserView;
import io.espalier.protocol.api.ValidateRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** The whole API; each call is one feature's. */
@RestController
final class ApiController implements OrchestratorApi {

    private final StatusDesk status;
    private final Hosts hosts;
    private final HostDetails details;
    private final Explanations explanations;
    private final SourceDesk sources;
    private final PlanDesk plans;
    private final RolloutDesk rollouts;
    private final Drifts drifts;
    private final JobDesk jobs;
    private final EnrolDesk enrolments;
    private final People people;
    private final DnsDesk dns;
    private final BalancerDesk balancers;
    private final BackupDesk backups;

    ApiController(
            StatusDesk status,
            Hosts hosts,
            HostDetails details,
            Explanations explanations,
            SourceDesk sources,
            PlanDesk plans,
            RolloutDesk rollouts,
            Drifts drifts,
            JobDesk jobs,
            EnrolDesk enrolments,
            People people,
            DnsDesk dns,
            BalancerDesk balancers,
            BackupDesk backups) {
        this.status = status;
        this.hosts = hosts;
        this.details = details;
        this.explanations = explanations;
        this.sources = sources;
        this.plans = plans;
        this.rollouts = rollouts;
        this.drifts = drifts;
        this.jobs = jobs;
        this.enrolments = enrolments;
        this.people = people;
        this.dns = dns;
        this.balancers = balancers;
        this.backups = backups;
    }

    @Override
    public FleetStatus status() {
        return status.status();
    }

    @Override
    public HostPage hosts(
            @Nullable String tier,
            @Nullable String tag,
            @Nullable String state,
            @Nullable String q,
            int page,
            int size) {
        return hosts.page(Hosts.Filter.of(tier, tag, state, q), page, size);
    }

    @Override
    public HostDetail host(String name) {
        return details.of(name);
    }

    @Override
    public ExplainView explain(String name, String path) {
        return explanations.explain(name, path);
    }

    @Override
    public List<PathChangeView> history(String name, String path, int limit) {
        return explanations.history(name, path, limit);
    }

    @Override
    public List<SourceView> sources() {
        return sources.all(baseUrl());
    }

    @Override
    public SourceView syncSource(String name) {
        return sources.sync(name, baseUrl());
    }

    @Override
    public List<ProblemView> validate(ValidateRequest request) {
        return plans.validate(request);
    }

    @Override
    public List<RenderedFileView> render(String host, @Nullable String unit, @Nullable String ref) {
        return plans.render(host, unit, ref);
    }

    @Override
    public PlanView plan(
            @Nullable String ref,
            @Nullable List<String> host,
            @Nullable List<String> tier,
            @Nullable List<String> unit) {
        return plans.plan(ref, given(host), given(tier), given(unit));
    }

    private static List<String> given(@Nullable List<String> values) {
        return values == null ? List.of() : values;
    }

    @Override
    public RolloutView deploy(DeployRequest request) {
        return rollouts.view(plans.deploy(request, caller()).value());
    }

    @Override
    public List<RolloutView> rollouts(int limit) {
        return rollouts.list(limit);
    }

    @Override
    public RolloutDetail rollout(long id) {
        return rollouts.detail(id);
    }

    @Override
    public List<EventView> rolloutEvents(long id, long since) {
        return rollouts.events(id, since);
    }

    @Override
    public RolloutView steer(long id, String action) {
        return rollouts.steer(id, action, caller());
    }

    @Override
    public RolloutView rollback(RollbackRequest request) {
        return rollouts.rollback(request, status.fleet(), caller());
    }

    @Override
    public List<DriftView> drift() {
        return drifts.all();
    }

    @Override
    public RolloutView heal(String host) {
        return rollouts.view(drifts.heal(host, caller()).value());
    }

    @Override
    public List<JobView> jobs(@Nullable String host) {
        return jobs.all(host);
    }

    @Override
    public List<JobRunView> runs(String host, String job, int limit) {
        return jobs.runs(host, job, limit);
    }

    @Override
    public StartedJob runJob(String host, RunJobRequest request) {
        return jobs.run(host, request.job(), caller());
    }

    @Override
    public EnrolProbe probe(EnrolRequest request) {
        return enrolments.probe(request);
    }

    @Override
    public EnrolmentView enrol(EnrolRequest request) {
        return enrolments.start(request, caller());
    }

    @Override
    public EnrolmentView enrolment(String id) {
        return enrolments.view(id);
    }

    @Override
    public DnsStats dnsStats() {
        return dns.stats();
    }

    @Override
    public List<DnsName> dnsNames(@Nullable String q, int limit) {
        return dns.names(q, limit);
    }

    @Override
    public DnsLookup dnsLookup(String name, String type) {
        return dns.lookup(name, type);
    }

    @Override
    public DnsPurged dnsPurge(DnsPurge request) {
        return dns.purge(request.name(), request.below(), caller());
    }

    @Override
    public List<BalancerView> balancers() {
        return balancers.all();
    }

    @Override
    public List<BackupHostView> backups() {
        return backups.hosts();
    }

    @Override
    public List<BackupSnapshotView> backupSnapshots(@Nullable String host, @Nullable String kind) {
        return backups.snapshots(host, kind);
    }

    @Override
    public List<BackupEntryView> backupEntries(String host, String snapshot, @Nullable String path) {
        return backups.entries(host, snapshot, path);
    }

    @Override
    public BackupTaskView runBackup(BackupRunRequest request) {
        return backups.run(request, caller());
    }

    @Override
    public BackupTaskView restoreBackup(BackupRestoreRequest request) {
        return backups.restore(request, caller());
    }

    @Override
    public BackupTaskView checkBackups(BackupCareRequest request) {
        return backups.check(request, caller());
    }

    @Override
    public BackupTaskView pruneBackups(BackupCareRequest request) {
        return backups.prune(request, caller());
    }

    @Override
    public BackupTaskView drillBackups(BackupCareRequest request) {
        return backups.drill(request, caller());
    }

    @Override
    public List<BackupTaskView> backupTasks(int limit) {
        return backups.tasks(limit);
    }

    @Override
    public BackupTaskView backupTask(long id) {
        return backups.task(id);
    }

    @Override
    public List<UserView> users() {
        return people.users();
    }

    @Override
    public CreatedToken createToken(TokenRequest request) {
        return people.createToken(CurrentCaller.get(), request.label(), request.rights());
    }

    @Override
    public List<AuditView> audit(int limit) {
        return people.audit(limit);
    }

    private static String caller() {
        return CurrentCaller.get().text();
    }

    private static String baseUrl() {
        return ServletUriComponentsBuilder.fromCurrentContextPath().build().toUriString();
    }
}
