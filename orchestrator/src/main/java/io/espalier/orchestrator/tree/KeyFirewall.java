package io.espalier.orchestrator.tree;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.security.web.firewall.FirewalledRequest;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/**
 * As strict as usual, except where a key of the tree stands: a key may hold encoded slashes, percent signs and semicolons,
 * since it is often a URL. Only what the web server, too, takes for one of these paths is treated so: what climbs out
 * ({@code /../}, {@code /..;/}) would be held against the rule of one path and answered by another.
 */
public final class KeyFirewall implements HttpFirewall {

    private final StrictHttpFirewall strict = new StrictHttpFirewall();
    private final StrictHttpFirewall keys = new StrictHttpFirewall();

    public KeyFirewall() {
        keys.setAllowUrlEncodedSlash(true);
        keys.setAllowUrlEncodedDoubleSlash(true);
        keys.setAllowUrlEncodedPercent(true);
        keys.setAllowSemicolon(true);
    }

    @Override
    public FirewalledRequest getFirewalledRequest(HttpServletRequest request) {
        return (holdsKey(request) ? keys : strict).getFirewalledRequest(request);
    }

    private static boolean holdsKey(HttpServletRequest request) {
        String path = request.getRequestURI();
        return TreeUrls.holdsKey(path) && TreeUrls.holdsKey(request.getServletPath() + "/") && path.indexOf(';') < 0;
    }

    @Override
    public HttpServletResponse getFirewalledResponse(HttpServletResponse response) {
        return strict.getFirewalledResponse(response);
    }
}
