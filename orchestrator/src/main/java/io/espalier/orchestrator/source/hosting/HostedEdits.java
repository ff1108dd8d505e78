package io.espalier.orchestrator.source.hosting;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Finding;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.orchestrator.source.SourceSpec;
import io.espalier.orchestrator.source.SourceState;
import io.espalier.orchestrator.source.git.GitContent;
import io.espalier.orchestrator.source.git.WantedRef;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes commits of what people edit without a clone. An edit passes the same check as a push, and never overwrites what
 * somebody else did to the file since it began. Safe for several threads, which commit one at a time.
 */
public final class HostedEdits {

    private static final Logger LOG = LoggerFactory.getLogger(HostedEdits.class);

    /** So often is an edit made again when other files were pushed while it was checked. */
    private static final int TRIES = 5;

    private final HostedRepositories repositories;
    private final PushSession.Handling handling;
    private final InstantSource clock;
    private final ReentrantLock committing = new ReentrantLock();

    HostedEdits(HostedRepositories repositories, PushSession.Handling handling, InstantSource clock) {
        this.repositories = repositories;
        this.handling = handling;
        this.clock = clock;
    }

    /** The branch that a source follows in a repository of ours. */
    private record Branch(SourceName source, SourceName name, Repository repository, Ref ref, ObjectId tip) {}

    /** Whether there is a branch to commit to, or why there is none. */
    private sealed interface Place {
        record Here(Branch branch) implements Place {}

        record Nowhere(String why) implements Place {}
    }

    /** Why nothing can be edited in {@code source}; empty if it can. */
    public Optional<String> whyReadOnly(SourceState source) {
        return switch (place(source)) {
            case Place.Here _ -> Optional.empty();
            case Place.Nowhere(var why) -> Optional.of(why);
        };
    }

    private Place place(SourceState source) {
        if (!(source.spec() instanceof SourceSpec.Git git)) {
            return new Place.Nowhere("not hosted here: change it where it is kept");
        }
        Optional<SourceName> name = Mirrors.hostedName(git.url());
        Optional<? extends Repository> repository = name.flatMap(repositories::find);
        if (name.isEmpty() || repository.isEmpty()) {
            return new Place.Nowhere("not hosted here: change it where it is kept, " + git.url());
        }
        try {
            Optional<Ref> ref = WantedRef.of(git.ref(), git.pick())
                    .choose(repository.get().getRefDatabase().getRefsByPrefix("refs/heads/", "refs/tags/"));
            ObjectId tip = ref.map(Ref::getObjectId).orElse(null);
            if (ref.isEmpty() || tip == null) {
                return new Place.Nowhere("it has no branch '" + git.ref() + "' yet; the first push makes it");
            }
            return ref.get().getName().startsWith("refs/heads/")
                    ? new Place.Here(new Branch(source.source(), name.get(), repository.get(), ref.get(), tip))
                    : new Place.Nowhere("it follows tags; push a commit and a tag");
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, name.get() + ": cannot read its refs", e);
        }
    }

    /**
     * Looks whether an edit could be accepted, and says what it would change.
     *
     * @param plan given the lines of the plan, if it could
     * @throws SourceException with {@code malformed} if the source is read-only
     */
    public EditResult dryRun(SourceState source, Edit edit, Consumer<String> plan) {
        Branch branch = writable(source);
        return switch (drafted(branch, edit)) {
            case Draft.Ended(var result) -> result;
            case Draft.Made(var id, var findings) -> {
                for (HostedSources.Following one : following(branch)) {
                    boolean ended = LineRelay.run(
                            lines -> handling.follower()
                                    .plan(one.source(), admission(branch).snapshot(one.source(), id), lines),
                            plan,
                            handling.rules().checkTime());
                    if (!ended) {
                        plan.accept("planning takes longer than "
                                + handling.rules().checkTime().toSeconds() + " s");
                    }
                }
                yield new EditResult.Tried(findings);
            }
        };
    }

    /**
     * Commits an edit to the branch that the source follows, and has the source looked at.
     *
     * @throws SourceException with {@code malformed} if the source is read-only
     */
    public EditResult commit(SourceState source, Edit edit) {
        committing.lock();
        try {
            for (int tries = 0; tries < TRIES; tries++) {
                Branch branch = writable(source);
                switch (drafted(branch, edit)) {
                    case Draft.Ended(var result) -> {
                        return result;
                    }
                    case Draft.Made(var id, var findings) -> {
                        if (moved(branch, id, edit.author())) {
                            handling.sources().pushed(branch.name());
                            LOG.atInfo()
                                    .addKeyValue("repository", branch.name())
                                    .addKeyValue("revision", id.name())
                                    .addKeyValue("user", edit.author())
                                    .log("edit accepted");
                            Commit commit = new GitContent(branch.source(), branch.repository()).commit(id);
                            return new EditResult.Accepted(commit, findings);
                        }
                    }
                }
            }
        } finally {
            committing.unlock();
        }
        return refused("others push all the time; nothing was changed, try again");
    }

    private Branch writable(SourceState source) {
        return switch (place(source)) {
            case Place.Here(var branch) -> branch;
            case Place.Nowhere(var why) ->
                throw new SourceException(Reason.MALFORMED, source.source() + " is read-only: " + why);
        };
    }

    /** A commit that no branch points to, and what was found in it; or why there is none. */
    private sealed interface Draft {
        record Made(ObjectId id, List<Finding> findings) implements Draft {}

        record Ended(EditResult result) implements Draft {}
    }

    private Draft drafted(Branch branch, Edit edit) {
        List<Finding> wrong = wrongWith(edit);
        if (!wrong.isEmpty()) {
            return new Draft.Ended(new EditResult.Refused(wrong));
        }
        try (var trees = new EditedTree(branch.repository(), branch.tip(), edit.path())) {
            ObjectId base = ObjectId.isId(edit.base().id())
                    ? ObjectId.fromString(edit.base().id())
                    : ObjectId.zeroId();
            if (!trees.holds(base)) {
                return new Draft.Ended(refused("revision " + edit.base().abbreviated() + " is not in this repository"));
            }
            if (!Objects.equals(trees.fileIn(base), trees.fileNow())) {
                return new Draft.Ended(new EditResult.Overtaken(theirs(branch, edit.path())));
            }
            Optional<String> conflict = trees.conflict();
            if (conflict.isPresent()) {
                return new Draft.Ended(refused(edit.path() + " " + conflict.get()));
            }
            Optional<ObjectId> tree = trees.with(edit.text());
            if (tree.isEmpty()) {
                return new Draft.Ended(refused(edit.path() + " holds just this already"));
            }
            ObjectId id = trees.commit(
                    tree.get(), person(edit.author()), edit.message().strip() + "\n");
            List<Finding> findings = admission(branch).findings(id, following(branch));
            return findings.stream().anyMatch(Finding::refuses)
                    ? new Draft.Ended(new EditResult.Refused(findings))
                    : new Draft.Made(id, findings);
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, branch.name() + ": cannot write: " + e.getMessage(), e);
        }
    }

    private static List<Finding> wrongWith(Edit edit) {
        return Stream.of(
                        EditedTree.wrongPath(edit.path()),
                        edit.text().length() > Edit.MAX_TEXT
                                ? Optional.of("the text has over " + (Edit.MAX_TEXT >> 10) + " kB; push it instead")
                                : Optional.<String>empty(),
                        edit.text().indexOf('\0') >= 0
                                ? Optional.of("the text holds a NUL; push binary files instead")
                                : Optional.<String>empty(),
                        edit.message().isBlank()
                                ? Optional.of("say in the message why you change it")
                                : Optional.<String>empty(),
                        edit.message().length() > Edit.MAX_MESSAGE
                                ? Optional.of("the message has over " + Edit.MAX_MESSAGE + " characters")
                                : Optional.<String>empty())
                .flatMap(Optional::stream)
                .map(Finding::error)
                .toList();
    }

    private static EditResult refused(String why) {
        return new EditResult.Refused(List.of(Finding.error(why)));
    }

    private static Commit theirs(Branch branch, String path) {
        var content = new GitContent(branch.source(), branch.repository());
        Commit newest = content.commit(branch.tip());
        return content.snapshot(newest.revision()).lastChange(path).orElse(newest);
    }

    private PersonIdent person(String user) {
        return new PersonIdent(user, user + "@espalier.invalid", clock.instant(), ZoneOffset.UTC);
    }

    private Admission admission(Branch branch) {
        return new Admission(branch.repository(), handling.check(), handling.rules());
    }

    private List<HostedSources.Following> following(Branch branch) {
        return handling.sources().following(branch.name()).stream()
                .filter(one -> one.ref().concerns(branch.ref().getName()))
                .toList();
    }

    /** False if the branch was moved by somebody else meanwhile. */
    private static boolean moved(Branch branch, ObjectId id, String author) {
        try {
            RefUpdate update = branch.repository().updateRef(branch.ref().getName());
            update.setExpectedOldObjectId(branch.tip());
            update.setNewObjectId(id);
            update.setRefLogMessage("edit by " + author, false);
            return switch (update.update()) {
                case FAST_FORWARD -> true;
                case LOCK_FAILURE, REJECTED -> false;
                default ->
                    throw new SourceException(
                            Reason.IO_ERROR,
                            branch.name() + ": cannot move " + branch.ref().getName());
            };
        } catch (IOException e) {
            throw new SourceException(Reason.IO_ERROR, branch.name() + ": cannot write: " + e.getMessage(), e);
        }
    }
}
