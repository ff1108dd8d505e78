package io.espalier.orchestrator.web;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The one page for those who are not signed in. */
@Controller
final class SignInPage {

    @GetMapping("/sign-in")
    String show(
            @RequestParam(required = false) @Nullable String name,
            @RequestParam(required = false) @Nullable String wrong,
            @RequestParam(required = false) @Nullable String left,
            @RequestParam(name = "wait", required = false) @Nullable Integer wait,
            Model model) {
        model.addAttribute("name", name == null ? "" : name);
        model.addAttribute("wrong", wrong != null);
        model.addAttribute("left", left != null);
        model.addAttribute("waitSeconds", wait == null ? 0 : wait);
        return "sign-in";
    }
}
