package io.espalier.orchestrator.source.hosting;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Settings under {@code espalier.sources}.
 *
 * @param folder holds {@code git/} (hosted repositories: back them up) and {@code mirrors/} (may be deleted while stopped)
 * @param fleet the one source that is always watched
 * @param interval between two looks at a source that is well
 * @param firstRetry after a look that failed; doubled with each further one
 * @param lastRetry the longest wait after a failure
 * @param timeout of connecting to a remote, and of each read from it
 * @param schemes of URLs that may be fetched from, out of https, ssh, git, svn, svn+ssh, http and file
 * @param allowPrivate whether sources may be on private networks
 * @param allowLocal whether sources may be on this machine or a link-local address
 * @param maxPack the most bytes of one fetch or push
 * @param maxObjects the most objects of one fetch or push
 * @param maxTime the longest that one fetch or push may take to arrive
 * @param credentials by name
 * @param hooks one or two secrets a source, for {@code POST /hooks/SOURCE}
 */
@ConfigurationProperties("espalier.sources")
record SourceProperties(
        @DefaultValue("/var/lib/espalier") Path folder,
        @DefaultValue Fleet fleet,
        @DefaultValue("1m") Duration interval,
        @DefaultValue("5s") Duration firstRetry,
        @DefaultValue("5m") Duration lastRetry,
        @DefaultValue("30s") Duration timeout,

        @DefaultValue({"https", "ssh", "git", "svn", "svn+ssh"})
        Set<String> schemes,

        @DefaultValue("true") boolean allowPrivate,
        @DefaultValue("false") boolean allowLocal,
        @DefaultValue("256MB") DataSize maxPack,
        @DefaultValue("1000000") long maxObjects,
        @DefaultValue("10m") Duration maxTime,
        @DefaultValue Map<String, CredentialProperties> credentials,
        @DefaultValue Map<String, List<String>> hooks,
        @DefaultValue Hosting hosting) {

    /**
     * @param name of the source
     * @param url of its repository; a bare name means one that is hosted here
     * @param ref a branch, a tag or a full ref
     * @param pick {@code semver} where {@code ref} ends in {@code *}
     */
    record Fleet(
            @DefaultValue("fleet") String name,
            @DefaultValue("fleet") String url,
            @DefaultValue("main") String ref,
            Optional<String> pick) {}

    /**
     * @param url scheme, host, port and first parts of the path that it is good for
     * @param user for https; {@code git} where only a token counts
     * @param secret password or token, for https
     * @param keyFile private key, for ssh
     * @param knownHosts file with the server's host keys, for ssh
     * @param certificates PEM file with what alone is believed of servers, for https
     */
    record CredentialProperties(
            String url,
            Optional<String> user,
            Optional<String> secret,
            Optional<Path> keyFile,
            Optional<Path> knownHosts,
            Optional<Path> certificates) {

        @Override
        public String toString() {
            return "credential for " + url;
        }
    }

    /**
     * @param repositories made empty at the start where they are not there yet; a hosted fleet source always is
     * @param maxFiles in a revision of a followed ref
     * @param allowRewrite whether a followed ref may be force-pushed or deleted
     * @param checkTime the longest that checking a push may take
     * @param followTime the longest that a pusher is kept waiting for the rollout
     * @param tidyEvery how often packs are put together and unreferenced objects older than two weeks removed
     */
    record Hosting(
            @DefaultValue List<String> repositories,
            @DefaultValue("100000") int maxFiles,
            @DefaultValue("false") boolean allowRewrite,
            @DefaultValue("2m") Duration checkTime,
            @DefaultValue("1h") Duration followTime,
            @DefaultValue("6h") Duration tidyEvery) {}

    /** Without the secrets. */
    @Override
    public String toString() {
        return "sources in " + folder;
    }
}
