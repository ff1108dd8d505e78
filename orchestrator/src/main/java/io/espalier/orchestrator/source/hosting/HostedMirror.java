package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Mirror;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.git.GitContent;
import io.espalier.orchestrator.source.git.WantedRef;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;

/** A source whose repository is hosted here: what it looks at is already at hand. */
public final class HostedMirror implements Mirror {

    private final SourceName repositoryName;
    private final Repository repository;
    private final WantedRef wanted;
    private final GitContent content;

    private HostedMirror(SourceName source, SourceName repositoryName, Repository repository, WantedRef wanted) {
        this.repositoryName = repositoryName;
        this.repository = repository;
        this.wanted = wanted;
        this.content = new GitContent(source, repository);
    }

    /** @throws SourceException with {@code malformed} if no repository of this name is hosted */
    public static HostedMirror open(
            SourceName source, SourceName repositoryName, WantedRef wanted, HostedRepositories repositories) {
        Repository repository = repositories
                .find(repositoryName)
                .orElseThrow(() -> new SourceException(
                        Reason.MALFORMED,
                        "no repository '" + repositoryName + "' is hosted here (hosted: " + repositories.names()
                                + ")"));
        return new HostedMirror(source, repositoryName, repository, wanted);
    }

    @Override
    public Commit look() {
        try {
            var refs = repository.getRefDatabase().getRefsByPrefix("refs/heads/", "refs/tags/");
            return wanted.choose(refs)
                    .map(Ref::getObjectId)
                    .map(content::commit)
                    .orElseThrow(() -> new SourceException(
                            Reason.INVALID_REVISION,
                            repositoryName + " has no branch or tag '" + wanted + "' (push one to start)"));
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, repositoryName + ": cannot read: " + e.getMessage(), e);
        }
    }

    @Override
    public Snapshot snapshot(Revision revision) {
        return content.snapshot(revision);
    }

    @Override
    public Optional<Revision> resolve(String refOrRevision) {
        return content.resolve(refOrRevision);
    }

    /** The repository stays open: others are served from it. */
    @Override
    public void close() {}
}
