package io.espalier.orchestrator.api;

import io.espalier.orchestrator.access.CurrentCaller;
import io.espalier.orchestrator.worker.ReportKind;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/worker}: where agents and scripts on hosts report, and people and tools look. */
@RestController
final class WorkerController {

    private final WorkerDesk workers;

    WorkerController(WorkerDesk workers) {
        this.workers = workers;
    }

    @GetMapping({"/v1/worker", "/v1/worker/"})
    List<ObjectNode> all() {
        return workers.list();
    }

    @GetMapping({"/v1/worker/{auid}", "/v1/worker/{auid}/"})
    ObjectNode one(@PathVariable String auid) {
        return workers.worker(CurrentCaller.get(), auid);
    }

    @GetMapping("/v1/worker/{auid}/{kind}")
    ObjectNode report(@PathVariable String auid, @PathVariable String kind) {
        return workers.report(CurrentCaller.get(), auid, kind(kind));
    }

    @PutMapping({"/v1/worker/{auid}", "/v1/worker/{auid}/"})
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void put(@PathVariable String auid, HttpServletRequest request) throws IOException {
        workers.put(CurrentCaller.get(), auid, ReportKind.STATUS, body(request));
    }

    @PutMapping("/v1/worker/{auid}/{kind}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void put(@PathVariable String auid, @PathVariable String kind, HttpServletRequest request) throws IOException {
        workers.put(CurrentCaller.get(), auid, kind(kind), body(request));
    }

    @PostMapping("/v1/worker/{auid}/token")
    ObjectNode renewToken(@PathVariable String auid) {
        return workers.renewToken(CurrentCaller.get(), auid);
    }

    private static ReportKind kind(String word) {
        return ReportKind.parse(word)
                .orElseThrow(() -> RequestRefused.notFound(
                        "no such report: " + word + " (expected: status, backup, service, sysinfo or drift)"));
    }

    private static byte[] body(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(WorkerDesk.MAX_BODY + 1);
        if (body.length > WorkerDesk.MAX_BODY) {
            throw RequestRefused.tooLarge("a report of more than " + WorkerDesk.MAX_BODY + " bytes");
        }
        return body;
    }
}
