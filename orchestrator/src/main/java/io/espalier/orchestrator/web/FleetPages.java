package io.espalier.orchestrator.web;

import io.espalier.orchestrator.api.BalancerDesk;
import io.espalier.orchestrator.api.Drifts;
import io.espalier.orchestrator.api.Explanations;
import io.espalier.orchestrator.api.HostDetails;
import io.espalier.orchestrator.api.Hosts;
import io.espalier.orchestrator.api.RequestRefused;
import io.espalier.orchestrator.host.HostState;
import io.espalier.protocol.api.HostDetail;
import io.espalier.protocol.api.HostPage;
import io.espalier.protocol.api.HostView;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;

/** The fleet tier by tier or as a table, and each of its hosts. */
@Controller
final class FleetPages {

    private static final int TABLE_ROWS = 100;
    private static final int MOST_CHANGES = 30;

    /** A tier of more hosts is drawn as one block a state. */
    private static final int MOST_CELLS = 300;

    private final Hosts hosts;
    private final HostDetails details;
    private final Drifts drifts;
    private final BalancerDesk balancers;
    private final Explanations explanations;

    FleetPages(Hosts hosts, HostDetails details, Drifts drifts, BalancerDesk balancers, Explanations explanations) {
        this.hosts = hosts;
        this.details = details;
        this.drifts = drifts;
        this.balancers = balancers;
        this.explanations = explanations;
    }

    @GetMapping("/")
    String home() {
        return "redirect:/fleet";
    }

    @GetMapping("/fleet")
    String fleet(
            @RequestParam(required = false) @Nullable String tier,
            @RequestParam(required = false) @Nullable String tag,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable String q,
            @RequestParam(defaultValue = "tiers") String view,
            @RequestParam(defaultValue = "0") int page,
            Model model) {
        Hosts.Filter filter = Hosts.Filter.of(tier, tag, state, q);
        boolean isTable = view.equals("table");
        var all = hosts.all(filter);
        model.addAttribute("filter", filter);
        model.addAttribute("isTable", isTable);
        model.addAttribute("tierNames", hosts.knownTiers());
        model.addAttribute(
                "states", Arrays.stream(HostState.values()).map(HostState::word).toList());
        model.addAttribute("counts", Hosts.counts(all));
        model.addAttribute("total", all.size());
        model.addAttribute("query", query(filter));
        if (isTable) {
            HostPage shown = hosts.page(filter, page, TABLE_ROWS);
            model.addAttribute("hosts", shown.hosts());
            model.addAttribute("page", shown.page());
            model.addAttribute("pages", Math.max(1, (shown.total() + TABLE_ROWS - 1) / TABLE_ROWS));
        } else {
            model.addAttribute("tiers", hosts.tiers(all));
            model.addAttribute("cells", cells(all));
        }
        return "fleet";
    }

    /** The hosts of each tier that has few enough to be drawn one by one. */
    private static Map<String, List<HostView>> cells(List<HostView> all) {
        var byTier = new HashMap<String, List<HostView>>();
        all.forEach(host -> byTier.computeIfAbsent(host.tier(), _ -> new java.util.ArrayList<>())
                .add(host));
        byTier.values().removeIf(inside -> inside.size() > MOST_CELLS);
        return byTier;
    }

    /** The filter as it stands in an address, beginning with {@code &} unless empty. */
    private static String query(Hosts.Filter filter) {
        var uri = UriComponentsBuilder.newInstance();
        add(uri, "tier", filter.tier());
        add(uri, "tag", filter.tag());
        add(uri, "state", filter.state());
        add(uri, "q", filter.q());
        String query = uri.build().encode().getQuery();
        return query == null ? "" : "&" + query;
    }

    private static void add(UriComponentsBuilder uri, String name, @Nullable String value) {
        if (value != null) {
            uri.queryParam(name, value);
        }
    }

    @GetMapping("/hosts/{name}")
    String host(@PathVariable String name, Model model) {
        HostDetail detail = details.of(name);
        model.addAttribute("detail", detail);
        model.addAttribute("host", detail.host());
        balancers.of(name).ifPresent(balancer -> model.addAttribute("balancer", balancer));
        model.addAttribute("diffs", detail.host().drifted() > 0 ? drifts.shown(name) : List.of());
        return "host";
    }

    /** Why a file is as it is. */
    @GetMapping("/hosts/{name}/file")
    String file(@PathVariable String name, @RequestParam String path, Model model) {
        model.addAttribute("host", name);
        model.addAttribute("at", path);
        model.addAttribute("changes", explanations.history(name, path, MOST_CHANGES));
        try {
            model.addAttribute("explained", explanations.explain(name, path));
        } catch (RequestRefused e) {
            // What a host held once has a history only
            model.addAttribute("why", e.getMessage());
        }
        return "host-file";
    }
}
