package io.espalier.orchestrator.job;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.espalier.orchestrator.fleet.Host;
import io.espalier.orchestrator.host.HostWatch;
import io.espalier.protocol.Auid;
import io.espalier.protocol.HostName;
import io.espalier.protocol.codec.MalformedException;
import io.espalier.protocol.wire.Message;
import io.espalier.protocol.wire.Report;
import io.espalier.protocol.wire.ReportBatch;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Takes apart what agents report. Believes nothing: a report that is not as it should be is left out, so that it is not
 * offered for ever; one that cannot be stored now is offered again with the next look.
 */
public final class ReportDesk implements HostWatch.ReportTaker {

    private static final Logger LOG = LoggerFactory.getLogger(ReportDesk.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int MAX_NAME = 150;
    private static final int MAX_WORD = 16;
    private static final int MAX_JOBS = 500;

    private final JobRows rows;
    private final ReportSink sink;
    private final Function<HostName, Optional<Auid>> auids;
    private final InstantSource clock;
    private final Map<HostName, HostWatch.Taken> taken = new ConcurrentHashMap<>();

    /** @param auids of the hosts of the fleet */
    public ReportDesk(JobRows rows, ReportSink sink, Function<HostName, Optional<Auid>> auids, InstantSource clock) {
        this.rows = rows;
        this.sink = sink;
        this.auids = auids;
        this.clock = clock;
    }

    @Override
    public HostWatch.Taken taken(HostName host) {
        return taken.getOrDefault(host, HostWatch.Taken.NOTHING);
    }

    @Override
    public void take(Host host, Message.Reports reports) {
        HostName name = host.name();
        Optional<Auid> auid = auids.apply(name);
        if (auid.isPresent() && reports.batch().length > 0) {
            Duration behind = Duration.between(reports.status().clock(), clock.instant());
            for (Report report : unpack(name, reports.batch())) {
                try {
                    take(name, auid.get(), report, report.at().plus(behind));
                } catch (JacksonException e) {
                    complain(name, report, e.getOriginalMessage());
                } catch (IllegalArgumentException | DateTimeException e) {
                    complain(name, report, e.getMessage());
                }
            }
        }
        taken.put(name, new HostWatch.Taken(reports.spool(), reports.last()));
    }

    private static void complain(HostName host, Report report, @Nullable String why) {
        LOG.atInfo()
                .addKeyValue("host", host)
                .log("a {} report was not taken: {}", report.kind().word(), why);
    }

    private static List<Report> unpack(HostName host, byte[] batch) {
        try {
            long size = Zstd.getFrameContentSize(batch);
            if (size < 0 || size > ReportBatch.MAX_BYTES) {
                throw new MalformedException(
                        "batch: " + size + " bytes (expected: at most " + ReportBatch.MAX_BYTES + ")");
            }
            return ReportBatch.decode(Zstd.decompress(batch, (int) size)).reports();
        } catch (MalformedException | ZstdException e) {
            LOG.atWarn().addKeyValue("host", host).log("reports were not taken: {}", e.getMessage());
            return List.of();
        }
    }

    private void take(HostName host, Auid auid, Report report, Instant at) {
        JsonNode body = JSON.readTree(report.body());
        JsonNode said = body.path("auid");
        if (!said.isString() || !said.stringValue().equals(auid.value())) {
            throw new IllegalArgumentException("auid: " + said + " (expected: \"" + auid + "\")");
        }
        switch (report.kind()) {
            case JOB -> rows.add(run(host, body), moment(body, "next"));
            case SCHEDULE -> rows.replace(host, jobs(host, body.path("jobs")));
            case SYSINFO, SERVICE, DRIFT, BACKUP -> sink.report(auid, report.kind(), body, at);
        }
    }

    private static JobRun run(HostName host, JsonNode body) {
        JsonNode status = body.path("status");
        return new JobRun(
                host,
                text(body, "job", MAX_NAME),
                moment(body, "due").orElseThrow(() -> new IllegalArgumentException("due: missing")),
                moment(body, "started").orElseThrow(() -> new IllegalArgumentException("started: missing")),
                Duration.ofMillis(Math.max(0, body.path("millis").asLong(0))),
                body.path("by").asString("").equals("hand"),
                text(body, "ending", MAX_WORD),
                status.isInt() ? OptionalInt.of(status.intValue()) : OptionalInt.empty(),
                body.path("output").asString(""));
    }

    private static List<HostJob> jobs(HostName host, JsonNode list) {
        var jobs = new ArrayList<HostJob>();
        var names = new HashSet<String>();
        for (JsonNode one : list) {
            String name = text(one, "job", MAX_NAME);
            if (names.add(name) && jobs.size() < MAX_JOBS) {
                jobs.add(new HostJob(
                        host,
                        name,
                        one.path("timing").asString(""),
                        one.path("work").asString(""),
                        text(one, "missed", MAX_WORD),
                        text(one, "overlap", MAX_WORD),
                        moment(one, "next"),
                        Optional.empty()));
            }
        }
        return jobs;
    }

    private static String text(JsonNode body, String key, int most) {
        JsonNode value = body.path(key);
        if (!value.isString()
                || value.stringValue().isEmpty()
                || value.stringValue().length() > most) {
            throw new IllegalArgumentException(key + ": not a text of 1 to " + most + " characters");
        }
        return value.stringValue();
    }

    /** Empty for null and where there is none. */
    private static Optional<Instant> moment(JsonNode body, String key) {
        JsonNode value = body.path(key);
        return value.isString() ? Optional.of(Instant.parse(value.stringValue())) : Optional.empty();
    }
}
