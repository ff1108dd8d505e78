package io.espalier.orchestrator.web;

import io.espalier.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;
import org.webjars.WebJarVersionLocator;

/**
 * Addresses of style sheet and scripts. Each names its content's digest or version, so that browsers may keep it for good.
 */
@Component
public final class Assets {

    private final String style = versioned("espalier.css");
    private final String script = versioned("espalier.js");
    private final String htmx = htmxPath();

    public String style() {
        return style;
    }

    public String script() {
        return script;
    }

    public String htmx() {
        return htmx;
    }

    private static String versioned(String name) {
        try (InputStream in = new ClassPathResource("static/assets/" + name).getInputStream()) {
            return "/assets/" + name + "?v=" + Digest.of(in.readAllBytes()).abbreviated();
        } catch (IOException e) {
            throw new UncheckedIOException("asset " + name + " is not on the class path", e);
        }
    }

    private static String htmxPath() {
        String path = new WebJarVersionLocator().path("htmx.org", "dist/htmx.min.js");
        if (path == null) {
            throw new IllegalStateException("htmx is not on the class path");
        }
        return "/webjars/" + path;
    }
}
