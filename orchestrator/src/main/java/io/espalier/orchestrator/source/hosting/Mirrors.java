package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Mirror;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.git.GitMirror;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.git.RemoteAccess;
import io.espalier.orchestrator.source.git.WantedRef;
import io.espalier.orchestrator.source.svn.SvnMirror;
import io.espalier.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Opens the local copy of a source. A URL without scheme, host or slash means a repository that is hosted here; all
 * others get a mirror in {@code folder}, named after source and URL so that another URL begins afresh.
 */
public record Mirrors(HostedRepositories hosted, Path folder, RemoteAccess access, PackLimits limits)
        implements BiFunction<SourceName, SourceSpec, Mirror> {

    @Override
    public Mirror apply(SourceName source, SourceSpec spec) {
        return switch (spec) {
            case SourceSpec.Git git -> git(source, git);
            case SourceSpec.Svn svn ->
                SvnMirror.open(source, svn, mirror(source, svn.url() + " " + svn.ref()), access, limits);
        };
    }

    private Mirror git(SourceName source, SourceSpec.Git git) {
        Optional<SourceName> repository = hostedName(git.url());
        if (repository.isPresent()) {
            return HostedMirror.open(source, repository.get(), WantedRef.of(git.ref(), git.pick()), hosted);
        }
        return GitMirror.open(source, git, mirror(source, git.url()), access, limits);
    }

    private Path mirror(SourceName source, String where) {
        String digest = Digest.of(where.getBytes(StandardCharsets.UTF_8)).abbreviated();
        return folder.resolve(source + "-" + digest + ".git");
    }

    static Optional<SourceName> hostedName(String url) {
        String name = url.endsWith(".git") ? url.substring(0, url.length() - ".git".length()) : url;
        return name.matches("[a-z0-9][a-z0-9-]{0,63}") ? Optional.of(new SourceName(name)) : Optional.empty();
    }
}
