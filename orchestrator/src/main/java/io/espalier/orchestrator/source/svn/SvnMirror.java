package io.espalier.orchestrator.source.svn;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Mirror;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.git.BoundedRepository;
import io.espalier.orchestrator.source.git.GitContent;
import io.espalier.orchestrator.source.git.PackLimits;
import io.espalier.orchestrator.source.git.RemoteAccess;
import io.espalier.orchestrator.source.git.Upkeep;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jgit.internal.storage.file.PackInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.jspecify.annotations.Nullable;

/**
 * What was seen of one folder of a Subversion repository. A look asks for the number of the newest revision; only where
 * that moved is the folder looked at, and only where the folder changed is the difference fetched.
 */
public final class SvnMirror implements Mirror {

    private final SourceName source;
    private final SourceSpec.Svn spec;
    private final SvnRef wanted;
    private final PackLimits limits;
    private final BoundedRepository repository;
    private final SvnStore store;
    private final SvnRemote remote;
    private final Upkeep upkeep;

    /** The newest revision of the whole repository at the last look that ended well. */
    private OptionalLong seen = OptionalLong.empty();

    private SvnMirror(
            SourceName source,
            SourceSpec.Svn spec,
            BoundedRepository repository,
            RemoteAccess access,
            PackLimits limits) {
        this.source = source;
        this.spec = spec;
        this.wanted = SvnRef.of(spec);
        this.limits = limits;
        this.repository = repository;
        this.store = new SvnStore(repository, new GitContent(source, repository));
        this.remote = new SvnRemote(spec.url(), access, limits.time());
        this.upkeep = new Upkeep(repository, Duration.ofHours(6));
    }

    /**
     * @param folder where what is read is kept, as a bare git repository
     * @throws SourceException with {@code malformed} if the spec is not one that can be fetched here
     */
    public static SvnMirror open(
            SourceName source, SourceSpec.Svn spec, Path folder, RemoteAccess access, PackLimits limits) {
        access.parse(spec.url());
        SvnRef.of(spec);
        return new SvnMirror(source, spec, BoundedRepository.open(folder, limits), access, limits);
    }

    /** What is to be held: which folder, and which revision of it. */
    private record Target(String path, SvnRemote.Folder folder, String id) {}

    @Override
    public Commit look() {
        try {
            return looked();
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, source + ": cannot write its mirror: " + e.getMessage(), e);
        }
    }

    private Commit looked() throws IOException {
        Optional<SvnStore.Held> held = store.head();
        if (wanted instanceof SvnRef.Pinned && held.isPresent()) {
            return held.get().commit();
        }
        long latest = remote.latest();
        if (held.isPresent() && seen.equals(OptionalLong.of(latest))) {
            return held.get().commit();
        }
        if (held.isPresent()) {
            refuseOtherHistory(held.get(), latest);
        }
        Target target = target(latest);
        boolean isHeld = held.isPresent() && held.get().commit().revision().id().equals(target.id());
        Commit now = isHeld ? held.get().commit() : fetch(target, held);
        seen = OptionalLong.of(latest);
        return now;
    }

    /** A repository that was restored or replaced gives old numbers to other content. */
    private void refuseOtherHistory(SvnStore.Held held, long latest) {
        String why = "";
        if (!remote.uuid().equals(held.uuid())) {
            why = "another repository answers there now";
        } else if (latest < held.number()) {
            why = "its newest revision is r" + latest + ", but r" + held.number() + " was read before";
        } else {
            Optional<Instant> at = remote.told(held.number()).at();
            if (!at.map(Instant::getEpochSecond)
                    .equals(Optional.of(held.commit().at().getEpochSecond()))) {
                why = "r" + held.number() + " is not the revision that it was";
            }
        }
        if (!why.isEmpty()) {
            throw new SourceException(
                    Reason.INVALID_REVISION,
                    spec.url() + ": " + why + "; if that is meant, stop the orchestrator, delete "
                            + repository.getDirectory() + " and start it again");
        }
    }

    private Target target(long latest) {
        return switch (wanted) {
            case SvnRef.Folder(String path) -> {
                SvnRemote.Folder folder = existing(path, latest);
                yield new Target(path, folder, "r" + folder.revision());
            }
            case SvnRef.Pinned(long revision) -> {
                if (revision > latest) {
                    throw new SourceException(
                            Reason.INVALID_REVISION,
                            spec.url() + " has no revision r" + revision + " (its newest is r" + latest + ")");
                }
                SvnRemote.Folder folder = existing("", revision);
                yield new Target("", folder, "r" + folder.revision());
            }
            case SvnRef.Newest newest -> {
                String path = newest.choose(remote.folders(newest.parent(), latest))
                        .orElseThrow(() -> new SourceException(
                                Reason.INVALID_REVISION, spec.url() + " has no folder '" + spec.ref() + "'"));
                SvnRemote.Folder folder = existing(path, latest);
                // Two versions may come with one revision
                yield new Target(path, folder, "r" + folder.revision() + "p" + SvnStore.abbreviated(path));
            }
        };
    }

    private SvnRemote.Folder existing(String path, long revision) {
        return remote.folder(path, revision)
                .orElseThrow(() -> new SourceException(
                        Reason.INVALID_REVISION,
                        spec.url() + " has no folder '" + (path.isEmpty() ? "." : path) + "' at r" + revision));
    }

    private Commit fetch(Target target, Optional<SvnStore.Held> held) throws IOException {
        Optional<SvnStore.Held> before = held.filter(one -> one.path().equals(target.path()));
        String message = remote.told(target.folder().revision()).message();
        String uuid = remote.uuid();
        Commit commit;
        try (PackInserter inserter = store.inserter();
                ObjectReader reader = inserter.newReader()) {
            SvnTree tree = before.isPresent() ? store.load(before.get(), reader) : new SvnTree();
            var editor = new TreeEditor(tree, inserter, reader, limits);
            OptionalLong from =
                    before.isPresent() ? OptionalLong.of(before.get().number()) : OptionalLong.empty();
            remote.update(target.path(), from, target.folder().revision(), editor);
            if (!editor.isComplete()) {
                throw new SourceException(Reason.FETCH_FAILED, spec.url() + ": the answer ended before its end");
            }
            commit = store.save(
                    new SvnStore.Found(
                            target.id(),
                            target.folder().revision(),
                            target.path(),
                            uuid,
                            target.folder().author(),
                            target.folder().at(),
                            message),
                    tree,
                    inserter);
        }
        upkeep.run();
        return commit;
    }

    @Override
    public Snapshot snapshot(Revision revision) {
        return store.snapshot(revision)
                .orElseThrow(() -> new SourceException(
                        Reason.INVALID_REVISION, source + ": no revision " + revision + " is held here"));
    }

    @Override
    public Optional<Revision> resolve(String refOrRevision) {
        if (refOrRevision.equals("HEAD") || refOrRevision.equals(spec.ref())) {
            return store.head().map(held -> held.commit().revision());
        }
        String id = refOrRevision.matches("[0-9]{1,18}") ? "r" + refOrRevision : refOrRevision;
        return id.matches("r[0-9a-z]{1,40}") ? store.resolve(id) : Optional.empty();
    }

    /** As Subversion writes it: {@code 2026-11-21T02:47:35.123456Z}. */
    static Optional<Instant> instant(@Nullable String text) {
        try {
            return text == null || text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        remote.close();
        repository.close();
    }
}
