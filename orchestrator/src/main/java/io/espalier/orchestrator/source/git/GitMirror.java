package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Mirror;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.revwalk.RevWalk;

/**
 * A bare copy of the one ref of a remote repository that a source follows, with its whole history, so that every line
 * can be traced to its commit. That ref is {@link #HEAD} here. A commit that the remote took back stays under
 * {@link #KEPT}, so that what was once rolled out can be read again.
 */
public final class GitMirror implements Mirror {

    static final String HEAD = "refs/espalier/head";
    public static final String KEPT = "refs/espalier/kept/";

    private final SourceName source;
    private final SourceSpec.Git spec;
    private final WantedRef wanted;
    private final BoundedRepository repository;
    private final GitContent content;
    private final Remote remote;
    private final Upkeep upkeep;

    private GitMirror(SourceName source, SourceSpec.Git spec, BoundedRepository repository, RemoteAccess access) {
        this.source = source;
        this.spec = spec;
        this.wanted = WantedRef.of(spec.ref(), spec.pick());
        this.repository = repository;
        this.content = new GitContent(source, repository);
        this.upkeep = new Upkeep(repository, Duration.ofHours(6));
        this.remote = new Remote(repository, spec.url(), access);
    }

    /**
     * @param folder where the bare repository is, or will be
     * @throws SourceException with {@code malformed} if the spec is not one that can be fetched here
     */
    public static GitMirror open(
            SourceName source, SourceSpec.Git spec, Path folder, RemoteAccess access, PackLimits limits) {
        access.parse(spec.url());
        WantedRef.of(spec.ref(), spec.pick());
        BoundedRepository repository = BoundedRepository.open(folder, limits);
        refuseRedirects(repository);
        return new GitMirror(source, spec, repository, access);
    }

    /** A redirect would leave the host that the URL and its credential name. */
    private static void refuseRedirects(BoundedRepository repository) {
        var config = repository.getConfig();
        if (!"false".equals(config.getString("http", null, "followredirects"))) {
            config.setString("http", null, "followredirects", "false");
            try {
                config.save();
            } catch (IOException e) {
                throw new SourceException(Reason.IO_ERROR, "cannot write the settings of a mirror", e);
            }
        }
    }

    @Override
    public Commit look() {
        Ref chosen = wanted.choose(remote.refs(wanted.prefixes()))
                .orElseThrow(() -> new SourceException(
                        Reason.INVALID_REVISION, spec.url() + " has no branch or tag '" + wanted + "'"));
        try {
            Optional<ObjectId> held = held();
            if (!held.equals(Optional.ofNullable(chosen.getObjectId()))) {
                fetch(chosen.getName(), held);
            }
            return content.commit(held().orElseThrow(() -> new SourceException(
                    Reason.FETCH_FAILED, spec.url() + ": '" + chosen.getName() + "' went away while it was fetched")));
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, source + ": cannot write its mirror: " + e.getMessage(), e);
        }
    }

    private Optional<ObjectId> held() throws IOException {
        Ref head = repository.getRefDatabase().exactRef(HEAD);
        return head == null ? Optional.empty() : Optional.ofNullable(head.getObjectId());
    }

    private void fetch(String name, Optional<ObjectId> before) throws IOException {
        remote.fetch(name, HEAD);
        upkeep.run();
        Optional<ObjectId> now = held();
        if (before.isPresent() && now.isPresent()) {
            keepIfLeft(before.get(), now.get());
        }
    }

    private void keepIfLeft(ObjectId before, ObjectId now) throws IOException {
        try (var walk = new RevWalk(repository)) {
            var old = walk.parseCommit(before);
            if (!walk.isMergedInto(old, walk.parseCommit(now))) {
                RefUpdate keep = repository.updateRef(KEPT + old.name());
                keep.setNewObjectId(old);
                keep.update();
            }
        }
    }

    @Override
    public Snapshot snapshot(Revision revision) {
        return content.snapshot(revision);
    }

    @Override
    public Optional<Revision> resolve(String refOrRevision) {
        return wanted.toString().equals(refOrRevision) ? content.resolve(HEAD) : content.resolve(refOrRevision);
    }

    @Override
    public void close() {
        repository.close();
    }
}
