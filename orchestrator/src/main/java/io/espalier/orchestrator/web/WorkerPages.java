package io.espalier.orchestrator.web;

import io.espalier.orchestrator.api.WorkerDesk;
import io.espalier.orchestrator.worker.ReportKind;
import io.espalier.orchestrator.worker.WorkerView;
import java.time.Instant;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import tools.jackson.databind.JsonNode;

/** The workers: who is alive, and what they last reported. */
@Controller
final class WorkerPages {

    private static final int SHOWN = 6;

    private final WorkerDesk workers;

    WorkerPages(WorkerDesk workers) {
        this.workers = workers;
    }

    /** A row of the table; the last three in one line each, empty if there is no such report. */
    public record Row(
            String auid,
            @Nullable String host,
            String hostname,
            String address,
            List<String> tags,
            boolean alive,
            @Nullable Instant lastSeen,
            @Nullable Instant lastReport,
            String sysinfo,
            String services,
            String backups) {}

    @GetMapping("/workers")
    String show(Model model) {
        model.addAttribute(
                "workers", workers.all().stream().map(WorkerPages::row).toList());
        return "workers";
    }

    private static Row row(WorkerView worker) {
        return new Row(
                worker.auid(),
                worker.host().orElse(null),
                worker.hostname(),
                worker.address(),
                worker.tags(),
                worker.isAlive(),
                worker.lastSeen().orElse(null),
                worker.reports().values().stream()
                        .map(kept -> kept.report().at())
                        .max(Instant::compareTo)
                        .orElse(null),
                line(worker, ReportKind.SYSINFO),
                line(worker, ReportKind.SERVICE),
                line(worker, ReportKind.BACKUP));
    }

    private static String line(WorkerView worker, ReportKind kind) {
        WorkerView.Kept kept = worker.reports().get(kind);
        if (kept == null) {
            return "";
        }
        JsonNode body = kept.report().body();
        JsonNode from = kind == ReportKind.SERVICE ? body.path("service") : body;
        var line = new StringJoiner(", ");
        from.properties().stream()
                .filter(entry -> !entry.getKey().equals("auid"))
                .limit(SHOWN)
                .forEach(entry -> line.add(entry.getKey() + " " + word(entry.getValue())));
        if (from.size() > SHOWN + 1) {
            line.add("…");
        }
        return kept.isStale() ? line + " (stale)" : line.toString();
    }

    private static String word(JsonNode value) {
        if (value.isObject()) {
            var words = new StringJoiner(" ", "(", ")");
            value.properties().stream()
                    .filter(entry -> entry.getValue().isValueNode())
                    .limit(SHOWN)
                    .forEach(entry ->
                            words.add(entry.getKey() + " " + entry.getValue().asString()));
            return words.toString();
        }
        String text = value.isValueNode() ? value.asString() : value.size() + " entries";
        return text.length() > 60 ? text.substring(0, 59) + "…" : text;
    }
}
