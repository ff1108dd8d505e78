package io.espalier.agent.job;

import io.espalier.agent.drift.DriftWatch;
import io.espalier.agent.json.Json;
import io.espalier.agent.report.Reports;
import io.espalier.agent.sysinfo.SysinfoReader;
import io.espalier.agent.system.GroupRunner;
import io.espalier.protocol.Auid;
import io.espalier.protocol.release.Job;
import io.espalier.protocol.release.Service;
import io.espalier.protocol.wire.DriftedPath;
import io.espalier.protocol.wire.Report;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Does what jobs are there for. */
public final class Works implements JobBoard.Doer {

    /** How many programs run at once; more wait for their turn. */
    private static final int PROGRAMS = 8;

    private static final int MAX_PATHS = 50;

    private final Auid auid;
    private final GroupRunner runner;
    private final SysinfoReader sysinfo;
    private final ServiceWatch services;
    private final DriftWatch drift;
    private final Reports reports;
    private final InstantSource clock;
    private final Semaphore programs = new Semaphore(PROGRAMS, true);

    public Works(
            Auid auid,
            GroupRunner runner,
            SysinfoReader sysinfo,
            ServiceWatch services,
            DriftWatch drift,
            Reports reports,
            InstantSource clock) {
        this.auid = auid;
        this.runner = runner;
        this.sysinfo = sysinfo;
        this.services = services;
        this.drift = drift;
        this.reports = reports;
        this.clock = clock;
    }

    @Override
    public RunResult run(Job job, Supplier<List<Service>> known, GroupRunner.Stop stop) {
        return switch (job.work()) {
            case Job.Work.Run run -> {
                try {
                    programs.acquire();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    yield RunResult.of(RunResult.Ending.NOT_STARTED, "interrupted");
                }
                try {
                    yield stop.isAsked()
                            ? RunResult.of(RunResult.Ending.REPLACED, "")
                            : RunResult.of(runner.run(run.argv(), run.user(), job.timeout(), stop), stop.isAsked());
                } finally {
                    programs.release();
                }
            }
            case Job.Work.Report(var kind) -> {
                try {
                    report(kind, known);
                    yield RunResult.of(RunResult.Ending.OK, "");
                } catch (IOException e) {
                    yield RunResult.of(RunResult.Ending.FAILED, String.valueOf(e.getMessage()));
                }
            }
        };
    }

    private void report(Job.Kind kind, Supplier<List<Service>> known) throws IOException {
        switch (kind) {
            case SYSINFO -> reports.is(new Report(Report.Kind.SYSINFO, clock.instant(), sysinfo.read()));
            case SERVICE -> {
                String body = services.read(known.get());
                var report = new Report(Report.Kind.SERVICE, clock.instant(), body);
                if (body.endsWith("\"changes\":[]}")) {
                    reports.is(report);
                } else {
                    reports.happened(report);
                }
            }
            case DRIFT -> reports.is(new Report(Report.Kind.DRIFT, clock.instant(), drift()));
        }
    }

    private String drift() throws IOException {
        List<DriftedPath> drifted = drift.look();
        var json = new Json();
        json.open().name("auid").text(auid.value());
        json.name("drifted").number(drifted.size()).name("paths").openList();
        drifted.stream()
                .limit(MAX_PATHS)
                .forEach(path -> json.open()
                        .name("path")
                        .text(path.path())
                        .name("unit")
                        .text(path.unit())
                        .name("kind")
                        .text(path.kind().name().toLowerCase(Locale.ROOT))
                        .name("since")
                        .text(path.since().toString())
                        .close());
        return json.closeList().close().toString();
    }
}
