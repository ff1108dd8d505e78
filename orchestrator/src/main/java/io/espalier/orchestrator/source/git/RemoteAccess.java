package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.SourceException;
import io.espalier.protocol.Reason;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.transport.URIish;

/**
 * What may be fetched from where, and with which credentials.
 *
 * @param schemes of URLs, out of https, ssh, git, svn, svn+ssh, http and file
 * @param timeout of one read from a remote; the whole transfer is bounded by {@link PackLimits}
 */
public record RemoteAccess(Set<String> schemes, AddressGuard guard, List<Credential> credentials, Duration timeout) {

    private static final Set<String> KNOWN = Set.of("https", "ssh", "git", "svn", "svn+ssh", "http", "file");

    public RemoteAccess {
        schemes = Set.copyOf(schemes);
        credentials = List.copyOf(credentials);
        if (!KNOWN.containsAll(schemes)) {
            throw new IllegalArgumentException(
                    "schemes: " + schemes + " (expected: some of https, ssh, git, svn, svn+ssh, http, file)");
        }
    }

    /** @throws SourceException with {@code malformed} if this URL is not one to fetch from */
    public URIish parse(String url) {
        if (url.startsWith("-") || url.chars().anyMatch(c -> Character.isISOControl(c) || c == ' ')) {
            throw malformed("a source's URL may not hold spaces or control characters or start with '-'");
        }
        URIish uri;
        try {
            uri = new URIish(url);
        } catch (URISyntaxException _) {
            throw malformed("not a URL of a repository (expected: https://host/path)");
        }
        if (uri.getPass() != null) {
            throw malformed("a source's URL holds a password; name a credential in the orchestrator's configuration");
        }
        String scheme = schemeOf(uri);
        if (!schemes.contains(scheme)) {
            throw malformed(url + ": " + scheme + " is not allowed here (allowed: "
                    + String.join(", ", schemes.stream().sorted().toList()) + ")");
        }
        if (!scheme.equals("file")
                && (uri.getHost() == null
                        || uri.getHost().isBlank()
                        || uri.getHost().startsWith("-"))) {
            throw malformed(url + ": names no host");
        }
        return uri;
    }

    /** The one whose URL covers most of {@code uri}. */
    public Optional<Credential> credentialFor(URIish uri) {
        return credentials.stream()
                .filter(credential -> covers(credential.url(), uri))
                .max(Comparator.comparingInt(credential -> credential.url().length()));
    }

    private static boolean covers(String prefix, URIish uri) {
        try {
            var bound = new URIish(prefix);
            String path = bound.getPath() == null ? "" : bound.getPath();
            String folder = path.endsWith("/") ? path : path + "/";
            String wanted = uri.getPath() == null ? "" : uri.getPath();
            return schemeOf(bound).equals(schemeOf(uri))
                    && bound.getHost() != null
                    && bound.getHost().equalsIgnoreCase(uri.getHost())
                    && portOf(bound) == portOf(uri)
                    && !wanted.contains("..")
                    && (folder.equals("/")
                            || wanted.equals(path)
                            || withSlash(wanted).startsWith(withSlash(folder)));
        } catch (URISyntaxException _) {
            return false;
        }
    }

    private static String withSlash(String path) {
        return path.startsWith("/") ? path : "/" + path;
    }

    public static String schemeOf(URIish uri) {
        if (uri.getScheme() != null) {
            return uri.getScheme().toLowerCase(Locale.ROOT);
        }
        return uri.getHost() == null ? "file" : "ssh";
    }

    private static int portOf(URIish uri) {
        if (uri.getPort() > 0) {
            return uri.getPort();
        }
        return switch (schemeOf(uri)) {
            case "https" -> 443;
            case "http" -> 80;
            case "ssh", "svn+ssh" -> 22;
            case "svn" -> 3690;
            case "git" -> 9418;
            default -> 0;
        };
    }

    private static SourceException malformed(String message) {
        return new SourceException(Reason.MALFORMED, message);
    }
}
