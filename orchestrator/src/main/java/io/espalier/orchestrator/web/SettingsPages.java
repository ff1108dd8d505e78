package io.espalier.orchestrator.web;

import io.espalier.orchestrator.access.Caller;
import io.espalier.orchestrator.access.CurrentCaller;
import io.espalier.orchestrator.access.Right;
import io.espalier.orchestrator.api.People;
import io.espalier.protocol.api.CreatedToken;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Users, tokens, the audit trail. */
@Controller
final class SettingsPages {

    private static final int AUDIT_ROWS = 100;

    private final People people;

    SettingsPages(People people) {
        this.people = people;
    }

    @GetMapping("/settings")
    String show(Model model) {
        Caller caller = CurrentCaller.get();
        model.addAttribute("tokens", people.tokens(caller));
        model.addAttribute("rights", People.words(caller.rights()));
        if (caller.may(Right.ADMIN)) {
            model.addAttribute("users", people.users());
            model.addAttribute("audit", people.audit(AUDIT_ROWS));
        }
        return "settings";
    }

    /** Answers with the page itself, because the token is shown this once and must not stand in an address. */
    @PostMapping("/settings/tokens")
    String createToken(
            @RequestParam String label, @RequestParam(required = false) @Nullable List<String> rights, Model model) {
        CreatedToken created = people.createToken(CurrentCaller.get(), label, rights == null ? List.of() : rights);
        model.addAttribute("created", created);
        return show(model);
    }

    @PostMapping("/settings/tokens/{id}/revoke")
    String revokeToken(@PathVariable String id) {
        people.revokeToken(CurrentCaller.get(), id);
        return "redirect:/settings";
    }

    @PostMapping("/settings/users")
    String createUser(
            @RequestParam String name,
            @RequestParam String password,
            @RequestParam(required = false) @Nullable List<String> rights) {
        people.createUser(CurrentCaller.get(), name, password, rights == null ? List.of("read") : rights);
        return "redirect:/settings";
    }
}
