package io.espalier.orchestrator.web;

import io.espalier.orchestrator.access.Caller;
import io.espalier.orchestrator.access.CurrentCaller;
import io.espalier.orchestrator.access.Right;
import io.espalier.orchestrator.api.StatusDesk;
import io.espalier.protocol.api.FleetStatus;
import jakarta.servlet.http.HttpServletRequest;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** What every page has around it. */
@ControllerAdvice(basePackageClasses = Frame.class)
final class Frame {

    private final StatusDesk status;
    private final Assets assets;
    private final InstantSource clock;

    Frame(StatusDesk status, Assets assets, InstantSource clock) {
        this.status = status;
        this.assets = assets;
        this.clock = clock;
    }

    /**
     * Who looks at the page and what they may do.
     *
     * @param name empty if nobody is signed in
     */
    public record Visitor(String name, boolean push, boolean deploy, boolean admin) {
        static Visitor of(@Nullable Caller caller) {
            return caller == null
                    ? new Visitor("", false, false, false)
                    : new Visitor(
                            caller.user(), caller.may(Right.PUSH), caller.may(Right.DEPLOY), caller.may(Right.ADMIN));
        }
    }

    @ModelAttribute
    void addTo(Model model, HttpServletRequest request) {
        Caller caller = CurrentCaller.find().orElse(null);
        model.addAttribute("visitor", Visitor.of(caller));
        model.addAttribute("assets", assets);
        model.addAttribute("times", new Times(clock));
        model.addAttribute("sizes", new Sizes());
        model.addAttribute("path", request.getRequestURI());
        if (request.getAttribute(CsrfToken.class.getName()) instanceof CsrfToken token) {
            model.addAttribute("csrf", new Csrf(token.getParameterName(), token.getHeaderName(), token.getToken()));
        }
        if (caller != null) {
            model.addAttribute("fleet", status());
        }
    }

    private FleetStatus status() {
        return status.status();
    }

    /** The token that a form or a script must send back. */
    public record Csrf(String parameter, String header, String token) {}
}
