package io.espalier.orchestrator.source.svn;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.Revision;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.git.BoundedRepository;
import io.espalier.orchestrator.source.git.GitContent;
import io.espalier.protocol.Digest;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.internal.storage.file.PackInserter;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * Revisions that were read, as commits of a bare git repository: {@code refs/espalier/r/r42} holds the files of a
 * revision, {@code refs/espalier/changes/r42} who changed each of them last, and {@code refs/espalier/head} is the newest.
 */
final class SvnStore {

    private static final String HEAD = "refs/espalier/head";
    private static final String CONTENTS = "refs/espalier/r/";
    private static final String CHANGES = "refs/espalier/changes/";
    private static final int SHOWN = 5;

    /** A revision to be kept. */
    record Found(String id, long number, String path, String uuid, String author, Instant at, String message) {}

    /**
     * A revision that is kept.
     *
     * @param number of the commit that last changed the folder
     * @param path of the folder beneath the URL
     * @param uuid of its repository
     */
    record Held(Commit commit, long number, String path, String uuid, ObjectId contents, ObjectId changes) {}

    private final BoundedRepository repository;
    private final GitContent content;

    SvnStore(BoundedRepository repository, GitContent content) {
        this.repository = repository;
        this.content = content;
    }

    PackInserter inserter() {
        return repository.getObjectDatabase().newPackInserter();
    }

    Optional<Held> head() {
        return held(HEAD);
    }

    Optional<Revision> resolve(String id) {
        return held(CONTENTS + id).map(held -> held.commit().revision());
    }

    private Optional<Held> held(String name) {
        try (var walk = new RevWalk(repository)) {
            Ref ref = repository.getRefDatabase().exactRef(name);
            if (ref == null || ref.getObjectId() == null) {
                return Optional.empty();
            }
            RevCommit contents = walk.parseCommit(ref.getObjectId());
            // subject, empty line, then id, number, uuid and path
            List<String> facts = facts(contents);
            String id = facts.get(0);
            Ref changes = repository.getRefDatabase().exactRef(CHANGES + id);
            if (changes == null || changes.getObjectId() == null) {
                return Optional.empty();
            }
            return Optional.of(new Held(
                    new Commit(
                            new Revision(id),
                            GitContent.printable(contents.getAuthorIdent().getName()),
                            GitContent.printable(contents.getShortMessage()),
                            contents.getAuthorIdent().getWhenAsInstant()),
                    Long.parseLong(facts.get(1)),
                    facts.get(3),
                    facts.get(2),
                    contents.copy(),
                    changes.getObjectId()));
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static List<String> facts(RevCommit commit) throws IOException {
        List<String> lines = commit.getFullMessage().lines().toList();
        if (lines.size() < 5) {
            throw new IOException("a commit that this product did not write: " + commit.name());
        }
        String path = lines.size() > 5 ? lines.get(5) : "";
        return List.of(lines.get(2), lines.get(3), lines.get(4), path);
    }

    SvnTree load(Held held, ObjectReader reader) throws IOException {
        try (var walk = new RevWalk(reader)) {
            RevCommit changes = walk.parseCommit(held.changes());
            return SvnTree.load(
                    reader,
                    walk.parseCommit(held.contents()).getTree(),
                    changes.getTree(),
                    changes.getFullMessage()
                            .lines()
                            .filter(line -> line.startsWith("external "))
                            .map(line -> line.substring("external ".length()))
                            .toList());
        }
    }

    Commit save(Found found, SvnTree tree, ObjectInserter inserter) throws IOException {
        SvnTree.Stored stored = tree.store(inserter);
        var remarks = new StringBuilder();
        tree.externals()
                .forEach(folder -> remarks.append("external ").append(folder).append('\n'));
        stored.leftOut()
                .forEach(path -> remarks.append("left-out ")
                        .append(GitContent.printable(path))
                        .append('\n'));
        ObjectId changes = commit(inserter, stored.changes(), found, remarks.toString());
        String subject =
                found.message().lines().findFirst().map(GitContent::printable).orElse("");
        ObjectId contents = commit(
                inserter,
                stored.contents(),
                found,
                (subject.isBlank() ? "r" + found.number() : subject) + "\n\n" + found.id() + "\n" + found.number()
                        + "\n" + found.uuid() + "\n" + found.path() + "\n");
        inserter.flush();
        point(CHANGES + found.id(), changes);
        point(CONTENTS + found.id(), contents);
        point(HEAD, contents);
        return head().orElseThrow(() -> new IOException("what was written cannot be read"))
                .commit();
    }

    private static ObjectId commit(ObjectInserter inserter, ObjectId tree, Found found, String message)
            throws IOException {
        var author = new PersonIdent(
                found.author().isBlank() ? "(no author)" : found.author(), "", found.at(), ZoneOffset.UTC);
        var commit = new CommitBuilder();
        commit.setTreeId(tree);
        commit.setAuthor(author);
        commit.setCommitter(author);
        commit.setMessage(message);
        return inserter.insert(commit);
    }

    private void point(String name, ObjectId id) throws IOException {
        RefUpdate update = repository.updateRef(name);
        update.setNewObjectId(id);
        update.setForceUpdate(true);
        RefUpdate.Result result = update.update();
        switch (result) {
            case NEW, FORCED, FAST_FORWARD, NO_CHANGE, RENAMED -> {}
            default -> throw new IOException(name + " cannot be set: " + result);
        }
    }

    Optional<Snapshot> snapshot(Revision revision) {
        return held(CONTENTS + revision.id()).map(held -> {
            Snapshot files = content.snapshot(new Revision(held.contents().name()));
            return new SvnSnapshot(held.commit(), files, leftOut(held), path -> lastChange(held, path));
        });
    }

    private List<String> leftOut(Held held) {
        try (var walk = new RevWalk(repository)) {
            List<String> lines =
                    walk.parseCommit(held.changes()).getFullMessage().lines().toList();
            var remarks = new ArrayList<String>();
            remark(remarks, lines, "external ", "externals are not followed (name them as sources of their own): ");
            remark(remarks, lines, "left-out ", "files with a name that is not kept: ");
            return remarks;
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static void remark(List<String> remarks, List<String> lines, String mark, String text) {
        List<String> paths = lines.stream()
                .filter(line -> line.startsWith(mark))
                .map(line -> line.substring(mark.length()))
                .map(path -> path.isEmpty() ? "." : path)
                .toList();
        if (!paths.isEmpty()) {
            String more = paths.size() > SHOWN ? " and " + (paths.size() - SHOWN) + " more" : "";
            remarks.add(text + String.join(", ", paths.subList(0, Math.min(SHOWN, paths.size()))) + more);
        }
    }

    /** The server told it with the file. Its message is known where that revision is held, too. */
    private Optional<Commit> lastChange(Held held, String path) {
        if (path.isEmpty() || path.startsWith("/")) {
            return Optional.empty();
        }
        try (var walk = new RevWalk(repository)) {
            ObjectReader reader = walk.getObjectReader();
            try (TreeWalk tree = TreeWalk.forPath(
                    reader, path, walk.parseCommit(held.changes()).getTree())) {
                if (tree == null || tree.isSubtree()) {
                    return Optional.empty();
                }
                String[] told = new String(
                                reader.open(tree.getObjectId(0), Constants.OBJ_BLOB)
                                        .getCachedBytes(),
                                StandardCharsets.UTF_8)
                        .split("\n", -1);
                if (told.length < 3 || !told[0].matches("[0-9]{1,18}")) {
                    return Optional.empty();
                }
                String id = "r" + told[0];
                Optional<Commit> known = held(CONTENTS + id).map(Held::commit);
                return known.isPresent()
                        ? known
                        : Optional.of(new Commit(
                                new Revision(id),
                                GitContent.printable(told[2]),
                                "",
                                SvnMirror.instant(told[1]).orElse(Instant.EPOCH)));
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    static String abbreviated(String path) {
        return Digest.of(path.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 8);
    }

    private SourceException unreadable(IOException e) {
        return new SourceException(
                Reason.IO_ERROR, repository.getDirectory() + ": cannot read the mirror: " + e.getMessage(), e);
    }
}
