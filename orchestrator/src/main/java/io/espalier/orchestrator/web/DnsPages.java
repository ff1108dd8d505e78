package io.espalier.orchestrator.web;

import io.espalier.orchestrator.access.CurrentCaller;
import io.espalier.orchestrator.api.DnsDesk;
import io.espalier.orchestrator.api.Problems;
import io.espalier.orchestrator.api.RequestRefused;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Names that are answered here, how well, and a form to look one up. */
@Controller
final class DnsPages {

    private static final int MOST_NAMES = 200;

    static final List<String> TYPES = List.of("A", "AAAA", "CNAME", "MX", "TXT", "SRV", "HTTPS", "PTR");

    private final DnsDesk dns;

    DnsPages(DnsDesk dns) {
        this.dns = dns;
    }

    @GetMapping("/dns")
    String show(
            @RequestParam(required = false) @Nullable String name,
            @RequestParam(defaultValue = "A") String type,
            @RequestParam(required = false) @Nullable Integer purged,
            Model model) {
        model.addAttribute("stats", dns.stats());
        model.addAttribute("names", dns.names(null, MOST_NAMES));
        model.addAttribute("most", MOST_NAMES);
        model.addAttribute("types", TYPES);
        model.addAttribute("name", name == null ? "" : name.strip());
        model.addAttribute("type", type);
        if (purged != null) {
            model.addAttribute("purged", purged);
        }
        if (name != null && !name.isBlank()) {
            try {
                model.addAttribute("found", dns.lookup(name.strip(), type));
            } catch (RequestRefused e) {
                model.addAttribute("refused", String.valueOf(Problems.of(e).getDetail()));
            }
        }
        return "dns";
    }

    @PostMapping("/dns/purge")
    String purge(
            @RequestParam String name, @RequestParam(defaultValue = "A") String type, RedirectAttributes attributes) {
        int gone = dns.purge(name, false, CurrentCaller.get().text()).names();
        attributes.addAttribute("name", name);
        attributes.addAttribute("type", type);
        attributes.addAttribute("purged", gone);
        return "redirect:/dns";
    }
}
