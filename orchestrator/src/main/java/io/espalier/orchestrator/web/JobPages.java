package io.espalier.orchestrator.web;

import io.espalier.orchestrator.access.CurrentCaller;
import io.espalier.orchestrator.api.JobDesk;
import io.espalier.protocol.api.StartedJob;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;

/** What hosts do by themselves. */
@Controller
final class JobPages {

    private static final int RUNS = 20;

    private final JobDesk desk;

    JobPages(JobDesk desk) {
        this.desk = desk;
    }

    /** All jobs, those of one host, or one job with its last runs. */
    @GetMapping("/jobs")
    String jobs(
            @RequestParam(required = false) @Nullable String host,
            @RequestParam(required = false) @Nullable String job,
            Model model) {
        String only = host == null || host.isBlank() ? null : host;
        model.addAttribute("jobs", desk.all(only));
        model.addAttribute("only", only);
        if (only != null && job != null && !job.isBlank()) {
            model.addAttribute("job", job);
            model.addAttribute("runs", desk.runs(only, job, RUNS));
        }
        return "jobs";
    }

    @PostMapping("/jobs/run")
    String run(@RequestParam String host, @RequestParam String job) {
        StartedJob started = desk.run(host, job, CurrentCaller.get().text());
        URI shown = UriComponentsBuilder.fromPath("/jobs")
                .queryParam("host", "{host}")
                .queryParam("job", "{job}")
                .encode()
                .buildAndExpand(started.host(), started.job())
                .toUri();
        return "redirect:" + shown;
    }
}
