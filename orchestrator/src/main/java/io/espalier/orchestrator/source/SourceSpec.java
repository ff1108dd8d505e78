package io.espalier.orchestrator.source;

import java.util.Optional;

/**
 * Where a source is fetched from, as configuration or {@code fleet.yaml} names it. Closed: a new kind is a record here and a case in each switch.
 * Credentials are named in the orchestrator's configuration, never here.
 */
public sealed interface SourceSpec {

    /**
     * @param url https, ssh, git or, where the configuration allows it, file; a bare name means a repository that the
     *     orchestrator hosts
     * @param ref a branch, a tag or a full ref; {@code refs/tags/v*} with {@code pick} means the newest that matches
     * @param pick {@code semver}, or empty where {@code ref} names one ref
     */
    record Git(String url, String ref, Optional<String> pick) implements SourceSpec {}

    /**
     * A folder of a Subversion repository.
     *
     * @param url svn, svn+ssh, https or, where the configuration allows it, http or file
     * @param ref a folder beneath it ({@code branches/stable}), a revision ({@code r1234}), or empty for the folder
     *     itself; {@code tags/v*} with {@code pick} means the newest that matches
     * @param pick {@code semver}, or empty where {@code ref} names one folder
     */
    record Svn(String url, String ref, Optional<String> pick) implements SourceSpec {}
}
