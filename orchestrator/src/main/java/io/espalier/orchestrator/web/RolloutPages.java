package io.espalier.orchestrator.web;

import io.espalier.orchestrator.access.CurrentCaller;
import io.espalier.orchestrator.api.Drifts;
import io.espalier.orchestrator.api.RolloutDesk;
import io.espalier.orchestrator.api.StatusDesk;
import io.espalier.protocol.api.EventView;
import io.espalier.protocol.api.RollbackRequest;
import io.espalier.protocol.api.RolloutDetail;
import io.espalier.protocol.api.RolloutDetail.HostStep;
import io.espalier.protocol.api.RolloutDetail.Wave;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Rollouts, live and past, and drift. */
@Controller
final class RolloutPages {

    private static final int LISTED = 50;
    private static final int LOG_LINES = 500;

    /** Of one wave; the rest is counted. Hosts in trouble come first. */
    private static final int HOSTS_A_WAVE = 100;

    private final RolloutDesk desk;
    private final StatusDesk status;
    private final Drifts drifts;

    RolloutPages(RolloutDesk desk, StatusDesk status, Drifts drifts) {
        this.desk = desk;
        this.status = status;
        this.drifts = drifts;
    }

    @GetMapping("/rollouts")
    String list(Model model) {
        model.addAttribute("rollouts", desk.list(LISTED));
        return "rollouts";
    }

    /** A wave with as many of its hosts as are drawn, and how many are in each state. */
    public record Column(Wave wave, List<HostStep> hosts, int more, Map<String, Integer> counts) {
        static Column of(Wave wave) {
            var counts = new TreeMap<String, Integer>();
            wave.hosts().forEach(host -> counts.merge(host.state(), 1, Integer::sum));
            List<HostStep> shown = wave.hosts();
            if (shown.size() > HOSTS_A_WAVE) {
                shown = shown.stream()
                        .sorted(java.util.Comparator.comparingInt(RolloutPages::calm))
                        .limit(HOSTS_A_WAVE)
                        .toList();
            }
            return new Column(wave, shown, wave.hosts().size() - shown.size(), counts);
        }
    }

    private static int calm(HostStep step) {
        return switch (step.state()) {
            case "failed" -> 0;
            case "waiting" -> 1;
            case "applying" -> 2;
            case "pending" -> 3;
            default -> 4;
        };
    }

    @GetMapping("/rollouts/{id}")
    String show(@PathVariable long id, Model model) {
        RolloutDetail detail = desk.detail(id);
        List<EventView> events = desk.events(id, 0);
        model.addAttribute("detail", detail);
        model.addAttribute("rollout", detail.rollout());
        model.addAttribute("waves", detail.waves().stream().map(Column::of).toList());
        model.addAttribute("events", events.subList(Math.max(0, events.size() - LOG_LINES), events.size()));
        model.addAttribute("lastEvent", events.isEmpty() ? 0 : events.getLast().id());
        return "rollout";
    }

    @PostMapping("/rollouts/{id}/{action}")
    String steer(@PathVariable long id, @PathVariable String action) {
        String by = CurrentCaller.get().text();
        long next = action.equals("undo")
                ? desk.undo(id, by).id()
                : desk.steer(id, action, by).id();
        return "redirect:/rollouts/" + next;
    }

    @PostMapping("/rollback")
    String rollback(@RequestParam String host) {
        var request = new RollbackRequest(List.of(host), false, null);
        return "redirect:/rollouts/"
                + desk.rollback(request, status.fleet(), CurrentCaller.get().text())
                        .id();
    }

    @GetMapping("/drift")
    String drift(Model model) {
        model.addAttribute("drift", drifts.all());
        return "drift";
    }

    @PostMapping("/drift/{host}/heal")
    String heal(@PathVariable String host) {
        return "redirect:/rollouts/"
                + drifts.heal(host, CurrentCaller.get().text()).value();
    }
}
