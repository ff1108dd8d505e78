package io.espalier.shell.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An orchestrator and who we are to it.
 *
 * @param url without a trailing slash
 */
public record Target(URI url, @Nullable String token) {

    /**
     * Given options come before the environment, which comes before what login stored. A stored token is used for the
     * orchestrator that it was stored for, and for no other: it must not be sent to whatever {@code --url} names.
     *
     * @return empty if nothing names an orchestrator
     * @throws IllegalArgumentException if the URL is none
     */
    public static Optional<Target> choose(
            @Nullable String url, @Nullable String token, Map<String, String> env, Optional<Target> stored) {
        String chosen = firstOf(url, env.get("ESPALIER_URL"));
        URI address = chosen != null ? parse(chosen) : stored.map(Target::url).orElse(null);
        if (address == null) {
            return Optional.empty();
        }
        String given = firstOf(token, env.get("ESPALIER_TOKEN"));
        if (given == null && stored.isPresent() && stored.get().url().equals(address)) {
            given = stored.get().token();
        }
        return Optional.of(new Target(address, given));
    }

    private static @Nullable String firstOf(@Nullable String a, @Nullable String b) {
        return a != null && !a.isBlank() ? a : b != null && !b.isBlank() ? b : null;
    }

    /** {@code http://host:8080}, with or without a path; without a scheme it is http. */
    public static URI parse(String text) {
        String withScheme = text.contains("://") ? text : "http://" + text;
        try {
            var uri = new URI(withScheme.replaceAll("/+$", ""));
            String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            boolean usable = (scheme.equals("http") || scheme.equals("https"))
                    && uri.getHost() != null
                    && uri.getUserInfo() == null
                    && uri.getQuery() == null
                    && uri.getFragment() == null;
            if (usable) {
                return uri;
            }
        } catch (URISyntaxException _) {
            // said below
        }
        throw new IllegalArgumentException("url: '" + text + "' (expected: such as http://127.0.0.1:8080)");
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return url.toString();
    }
}
