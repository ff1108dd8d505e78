package io.espalier.orchestrator.web;

import io.espalier.orchestrator.api.SourceDesk;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** The sources and how they are. */
@Controller
final class SourcePages {

    private final SourceDesk sources;

    SourcePages(SourceDesk sources) {
        this.sources = sources;
    }

    @GetMapping("/sources")
    String show(Model model) {
        model.addAttribute("sources", sources.all(baseUrl()));
        return "sources";
    }

    @PostMapping("/sources/{name}/sync")
    String sync(@PathVariable String name) {
        sources.sync(name, baseUrl());
        return "redirect:/sources";
    }

    private static String baseUrl() {
        return ServletUriComponentsBuilder.fromCurrentContextPath().build().toUriString();
    }
}
