package io.espalier.orchestrator.web;

import io.espalier.orchestrator.access.CurrentCaller;
import io.espalier.orchestrator.api.PlanDesk;
import io.espalier.protocol.api.DeployRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What would change, before it does. */
@Controller
final class PlanPages {

    private final PlanDesk plans;

    PlanPages(PlanDesk plans) {
        this.plans = plans;
    }

    /** At first only the frame, because asking many hosts takes a moment; {@code now} brings the plan. */
    @GetMapping("/plan")
    String show(
            @RequestParam(required = false) @Nullable String now,
            @RequestParam(required = false) @Nullable List<String> host,
            @RequestParam(required = false) @Nullable List<String> unit,
            Model model) {
        List<String> hosts = host == null ? List.of() : host;
        List<String> units = unit == null ? List.of() : unit;
        model.addAttribute("hosts", hosts);
        model.addAttribute("units", units);
        if (now != null) {
            model.addAttribute("plan", plans.plan(null, hosts, List.of(), units));
        }
        return "plan";
    }

    @PostMapping("/plan/deploy")
    String deploy(
            @RequestParam String digest,
            @RequestParam(required = false) @Nullable List<String> host,
            @RequestParam(required = false) @Nullable List<String> unit) {
        var request = new DeployRequest(
                null, host == null ? List.of() : host, List.of(), unit == null ? List.of() : unit, digest);
        return "redirect:/rollouts/"
                + plans.deploy(request, CurrentCaller.get().text()).value();
    }
}
