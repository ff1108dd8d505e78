package io.espalier.agent.serve;

import com.github.luben.zstd.Zstd;
import io.espalier.agent.apply.Admission;
import io.espalier.agent.apply.Applier;
import io.espalier.agent.apply.Failure;
import io.espalier.agent.apply.Gate;
import io.espalier.agent.backup.Backups;
import io.espalier.agent.drift.DriftWatch;
import io.espalier.agent.fs.Fs;
import io.espalier.agent.job.JobBoard;
import io.espalier.agent.observe.Observation;
import io.espalier.agent.observe.Observer;
import io.espalier.agent.report.Reports;
import io.espalier.agent.report.Spool;
import io.espalier.agent.system.FactsReader;
import io.espalier.agent.system.Names;
import io.espalier.protocol.Auid;
import io.espalier.protocol.Reason;
import io.espalier.protocol.release.FileEntry;
import io.espalier.protocol.release.Paths;
import io.espalier.protocol.release.Release;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.ReportBatch;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** Answers what an orchestrator asks, one answer a question; shared by all conversations. */
public final class Requests {

    /** The largest file whose bytes are told. */
    private static final int MAX_CONTENT = 2 << 20;

    /** About the most characters of reports in one answer. */
    private static final int MAX_BODIES = 64 << 10;

    /** The fastest: a batch is a kilobyte or two of very similar texts. */
    private static final int ZSTD_LEVEL = 1;

    private final Gate gate;
    private final Applier applier;
    private final DriftWatch drift;
    private final Fs fs;
    private final Observer observer;
    private final Names names;
    private final FactsReader facts;
    private final InstantSource clock;
    private final Instant startedAt;
    private final String version;
    private final Reports reports;
    private final JobBoard jobs;
    private final Backups backups;

    public Requests(
            Gate gate,
            Applier applier,
            DriftWatch drift,
            Fs fs,
            Observer observer,
            Names names,
            FactsReader facts,
            InstantSource clock,
            String version,
            Reports reports,
            JobBoard jobs,
            Backups backups) {
        this.gate = gate;
        this.applier = applier;
        this.drift = drift;
        this.fs = fs;
        this.observer = observer;
        this.names = names;
        this.facts = facts;
        this.clock = clock;
        this.startedAt = clock.instant();
        this.version = version;
        this.reports = reports;
        this.jobs = jobs;
        this.backups = backups;
    }

    Backups backups() {
        return backups;
    }

    Message.Welcome welcome() {
        Auid auid = gate.auid();
        return new Message.Welcome(Message.PROTOCOL, auid, version);
    }

    Message.Status status() {
        Applier.Standing standing = applier.standing();
        return new Message.Status(
                standing.onDisk(),
                standing.number(),
                standing.awaitingConfirm(),
                standing.last(),
                drift.lastCount(),
                clock.instant(),
                startedAt,
                facts.read());
    }

    Message collect(String spool, long taken) {
        Spool.Batch batch = reports.collect(spool, taken, MAX_BODIES);
        byte[] packed = batch.reports().isEmpty()
                ? new byte[0]
                : Zstd.compress(new ReportBatch(batch.reports()).encode(), ZSTD_LEVEL);
        return new Message.Reports(status(), reports.spoolId(), batch.last(), batch.waiting(), batch.dropped(), packed);
    }

    Message runJob(String name) {
        Optional<String> job = jobs.find(name);
        if (job.isEmpty()) {
            return new Message.Refused(Reason.NO_SUCH_JOB, "no job " + name + ", or several, on this host");
        }
        return switch (jobs.runNow(job.get())) {
            case YES -> new Message.Started(job.get());
            case NO_SUCH_JOB -> new Message.Refused(Reason.NO_SUCH_JOB, "no job " + name + " on this host any more");
            case RUNS_ALREADY -> new Message.Refused(Reason.BUSY, job.get() + " runs already");
        };
    }

    Message observe(List<String> paths, List<String> purged) throws IOException {
        var asked = new ArrayList<String>(paths);
        try {
            paths.forEach(Paths::check);
            for (String folder : purged) {
                Paths.checkFolder(folder);
                asked.add(folder.substring(0, folder.length() - 1));
            }
        } catch (IllegalArgumentException e) {
            return new Message.Refused(Reason.PATH_REFUSED, String.valueOf(e.getMessage()));
        }
        Optional<String> refusal = gate.refusal(asked);
        if (refusal.isPresent()) {
            return new Message.Refused(Reason.PATH_REFUSED, refusal.get());
        }
        Optional<Release> held = applier.release();
        var all = new LinkedHashSet<String>(paths);
        held.ifPresent(release -> release.files().forEach(file -> all.add(file.path())));
        Observation seen = observer.observe(all, purged);
        return seen.toMessage(held.map(Release::id), names);
    }

    Admission admit(Message.Apply apply, long openedAt) {
        return applier.admit(apply.manifest(), apply.expected(), openedAt);
    }

    Message confirm(long number, long openedAt) {
        try {
            return new Message.Finished(applier.confirm(number, openedAt));
        } catch (Failure e) {
            return new Message.Refused(e.reason(), e.detail());
        }
    }

    Message readFile(String path) throws IOException {
        Optional<FileEntry> file = applier.release().stream()
                .flatMap(Release::files)
                .filter(held -> held.path().equals(path))
                .findFirst();
        if (file.isEmpty() || file.get().secret()) {
            return new Message.Refused(Reason.PATH_REFUSED, "no file of the current release, or a secret one");
        }
        try (InputStream in = fs.open(path)) {
            byte[] content = in.readNBytes(MAX_CONTENT + 1);
            return content.length > MAX_CONTENT
                    ? new Message.Refused(Reason.TOO_LARGE, path + ": more than " + MAX_CONTENT + " bytes")
                    : new Message.FileContent(content);
        }
    }

    Message drift() throws IOException {
        return new Message.Drift(drift.look());
    }
}
