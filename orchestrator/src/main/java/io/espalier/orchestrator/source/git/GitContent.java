package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.errors.AmbiguousObjectException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/** The commits and files of one bare repository, as values of this product. */
public final class GitContent {

    private final SourceName source;
    private final Repository repository;

    public GitContent(SourceName source, Repository repository) {
        this.source = source;
        this.repository = repository;
    }

    /**
     * The commit that {@code id} names or, for an annotated tag, points to.
     *
     * @throws SourceException with {@code invalid-revision} if there is none
     */
    public Commit commit(AnyObjectId id) {
        try (var walk = new RevWalk(repository)) {
            return describe(walk.parseCommit(id));
        } catch (MissingObjectException | IncorrectObjectTypeException e) {
            throw new SourceException(Reason.INVALID_REVISION, source + ": no commit " + id.name(), e);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** @throws SourceException with {@code invalid-revision} if the revision is not in the repository */
    public Snapshot snapshot(Revision revision) {
        if (!ObjectId.isId(revision.id())) {
            throw new SourceException(Reason.INVALID_REVISION, source + ": not a git commit id: " + revision);
        }
        return new GitSnapshot(source, repository, commit(ObjectId.fromString(revision.id())));
    }

    /** Looks {@code text} up as a full ref, a branch, a tag, then as a commit id of at least 4 digits, in this order. */
    public Optional<Revision> resolve(String text) {
        try {
            for (String name : List.of(text, "refs/heads/" + text, "refs/tags/" + text)) {
                Ref ref = name.equals("HEAD") || name.startsWith("refs/")
                        ? repository.getRefDatabase().exactRef(name)
                        : null;
                if (ref != null && ref.getObjectId() != null) {
                    return Optional.of(commit(ref.getObjectId()).revision());
                }
            }
            return AbbreviatedObjectId.isId(text) ? byId(text) : Optional.empty();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private Optional<Revision> byId(String text) throws IOException {
        try (ObjectReader reader = repository.newObjectReader();
                var walk = new RevWalk(reader)) {
            for (ObjectId id : reader.resolve(AbbreviatedObjectId.fromString(text))) {
                if (walk.parseAny(id) instanceof RevCommit commit) {
                    return Optional.of(new Revision(commit.name()));
                }
            }
            return Optional.empty();
        } catch (AmbiguousObjectException | MissingObjectException _) {
            return Optional.empty();
        }
    }

    static Commit describe(RevCommit commit) {
        PersonIdent author = commit.getAuthorIdent();
        return new Commit(
                new Revision(commit.name()),
                printable(author.getName() + " <" + author.getEmailAddress() + ">"),
                printable(commit.getShortMessage()),
                commit.getCommitterIdent().getWhenAsInstant());
    }

    /** Authors and messages come from anybody; they are shown in terminals. */
    public static String printable(String text) {
        String visible = text.replaceAll("\\p{Cc}", "?");
        return visible.length() <= 500 ? visible : visible.substring(0, 500) + "...";
    }

    private SourceException unreadable(IOException e) {
        return new SourceException(Reason.IO_ERROR, source + ": cannot read its repository: " + e.getMessage(), e);
    }
}
