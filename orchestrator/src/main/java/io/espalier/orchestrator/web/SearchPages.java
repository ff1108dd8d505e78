package io.espalier.orchestrator.web;

import io.espalier.orchestrator.api.Hosts;
import io.espalier.orchestrator.api.PathSearch;
import io.espalier.orchestrator.api.RolloutDesk;
import io.espalier.protocol.api.HostView;
import java.util.List;
import java.util.Locale;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Finds hosts, paths and commits by a part of their name. */
@Controller
final class SearchPages {

    private static final int SHOWN = 50;
    private static final int LONGEST = 200;

    private final Hosts hosts;
    private final RolloutDesk rollouts;
    private final PathSearch paths;

    SearchPages(Hosts hosts, RolloutDesk rollouts, PathSearch paths) {
        this.hosts = hosts;
        this.rollouts = rollouts;
        this.paths = paths;
    }

    @GetMapping("/search")
    String show(@RequestParam(defaultValue = "") String q, Model model) {
        String text = q.strip();
        if (text.length() > LONGEST) {
            text = text.substring(0, LONGEST);
        }
        String wanted = text.toLowerCase(Locale.ROOT);
        model.addAttribute("q", text);
        if (wanted.isEmpty()) {
            model.addAttribute("hosts", List.of());
            model.addAttribute("paths", List.of());
            model.addAttribute("rollouts", List.of());
            return "search";
        }
        List<HostView> found = hosts.all(Hosts.Filter.of(null, null, null, wanted));
        if (found.stream().anyMatch(host -> host.name().equals(wanted))) {
            return "redirect:/hosts/" + wanted;
        }
        model.addAttribute("hosts", found.stream().limit(SHOWN).toList());
        model.addAttribute("paths", paths.containing(text, SHOWN));
        model.addAttribute("rollouts", rollouts.search(wanted, SHOWN));
        return "search";
    }
}
