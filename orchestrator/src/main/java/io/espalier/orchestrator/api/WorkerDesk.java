package io.espalier.orchestrator.api;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.espalier.orchestrator.access.AgentTokens;
import io.espalier.orchestrator.access.Caller;
import io.espalier.orchestrator.audit.Audit;
import io.espalier.orchestrator.host.HostRecord;
import io.espalier.orchestrator.host.HostRegistry;
import io.espalier.orchestrator.host.HostReport;
import io.espalier.orchestrator.worker.ReportKind;
import io.espalier.orchestrator.worker.WorkerView;
import io.espalier.orchestrator.worker.Workers;
import io.espalier.protocol.Auid;
import io.espalier.protocol.wire.Facts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Workers as JSON: what they report, with what the orchestrator knows beside it. */
@Component
public final class WorkerDesk {

    static final int MAX_BODY = 256 << 10;

    /** Ours beside the worker's own keys; taken off a report that was read here and is sent back. */
    private static final String REPORTED = "reported";

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration REFUSAL_NOTED_EVERY = Duration.ofMinutes(1);

    private final Workers workers;
    private final HostRegistry hosts;
    private final AgentTokens tokens;
    private final Audit audit;
    private final InstantSource clock;

    /** An agent that tries again every second must not fill the audit trail. */
    private final Cache<String, Boolean> noted = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(REFUSAL_NOTED_EVERY)
            .build();

    WorkerDesk(Workers workers, HostRegistry hosts, AgentTokens tokens, Audit audit, InstantSource clock) {
        this.workers = workers;
        this.hosts = hosts;
        this.tokens = tokens;
        this.audit = audit;
        this.clock = clock;
    }

    /** Takes a report of {@code caller}, who may be an agent. */
    void put(Caller caller, String auid, ReportKind kind, byte[] body) {
        allow(caller, auid);
        JsonNode report;
        try {
            report = JSON.readTree(body);
        } catch (JacksonException e) {
            throw RequestRefused.malformed("not JSON: " + e.getOriginalMessage());
        }
        if (report instanceof ObjectNode object) {
            object.remove(REPORTED);
        }
        workers.report(auid, kind, report, clock.instant());
    }

    private void allow(Caller caller, String auid) {
        Optional<String> own = caller.agent();
        if (own.isEmpty() || own.get().equals(auid)) {
            return;
        }
        if (noted.asMap().putIfAbsent(own.get() + " " + auid, true) == null) {
            audit.record(caller.text(), "worker.refused", "worker " + auid, "", "an agent speaks for itself only");
        }
        throw RequestRefused.notAllowed("the token is of agent " + own.get() + ", which may speak for itself only");
    }

    List<ObjectNode> list() {
        return workers.all().stream().map(WorkerDesk::json).toList();
    }

    /** For pages. */
    public List<WorkerView> all() {
        return workers.all();
    }

    ObjectNode worker(Caller caller, String auid) {
        allow(caller, auid);
        return json(find(auid));
    }

    ObjectNode report(Caller caller, String auid, ReportKind kind) {
        allow(caller, auid);
        WorkerView worker = find(auid);
        WorkerView.Kept kept = worker.reports().get(kind);
        if (kept == null) {
            return known(worker, kind)
                    .orElseThrow(() -> RequestRefused.notFound(auid + " has not reported its " + kind.word()));
        }
        ObjectNode json = JSON.createObjectNode().put("auid", auid);
        json.setAll(kept.report().body());
        reported(json, kept.report().at(), kept.isStale(), "worker");
        return json;
    }

    /** A token for the agent; the one before is good for nothing from now on. */
    ObjectNode renewToken(Caller caller, String auid) {
        String id = auid(auid).value();
        String secret = tokens.renew(id);
        audit.record(caller.text(), "worker.token", "worker " + id, "", "renewed");
        return JSON.createObjectNode().put("auid", id).put("token", secret);
    }

    private WorkerView find(String auid) {
        return workers.find(auid).orElseThrow(() -> RequestRefused.notFound("there is no worker '" + auid + "'"));
    }

    private static Auid auid(String text) {
        try {
            return new Auid(text);
        } catch (IllegalArgumentException e) {
            throw RequestRefused.malformed(String.valueOf(e.getMessage()));
        }
    }

    private static ObjectNode json(WorkerView worker) {
        ObjectNode json = JSON.createObjectNode().put("auid", worker.auid());
        json.put("tags", String.join(",", worker.tags()));
        json.put("ipaddr", worker.address());
        json.put("hostname", worker.hostname());
        WorkerView.Kept status = worker.reports().get(ReportKind.STATUS);
        if (status != null) {
            json.setAll(status.report().body());
        }
        json.put("host", worker.host().orElse(null));
        json.put("state", worker.isAlive() ? "alive" : "stale");
        json.put("lastSeen", worker.lastSeen().map(Instant::toString).orElse(null));
        ObjectNode reports = json.putObject("reports");
        for (ReportKind kind : ReportKind.values()) {
            WorkerView.Kept kept = worker.reports().get(kind);
            if (kept != null) {
                reports.putObject(kind.word())
                        .put("at", kept.report().at().toString())
                        .put("stale", kept.isStale());
            }
        }
        return json;
    }

    private static void reported(ObjectNode json, Instant at, boolean isStale, String by) {
        json.putObject(REPORTED).put("at", at.toString()).put("stale", isStale).put("by", by);
    }

    /** What the orchestrator's own link says, until the worker reports more. */
    private Optional<ObjectNode> known(WorkerView worker, ReportKind kind) {
        Optional<HostReport> said = hosts.find(auid(worker.auid())).flatMap(HostRecord::report);
        if (said.isEmpty() || worker.lastSeen().isEmpty()) {
            return Optional.empty();
        }
        ObjectNode json = JSON.createObjectNode().put("auid", worker.auid());
        switch (kind) {
            case SYSINFO -> {
                Facts facts = said.get().facts();
                json.putObject("cpu").put("count", facts.cpus());
                json.putObject("mem").put("total", facts.memory());
                json.put("os", facts.os()).put("kernel", facts.kernel()).put("arch", facts.arch());
            }
            case DRIFT -> json.put("drifted", said.get().drifted());
            case STATUS, BACKUP, SERVICE -> {
                return Optional.empty();
            }
        }
        reported(json, worker.lastSeen().get(), !worker.isAlive(), "link");
        return Optional.of(json);
    }
}
