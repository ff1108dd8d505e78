package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.Commit;
import io.espalier.orchestrator.source.History;
import io.espalier.orchestrator.source.Snapshot;
import io.espalier.orchestrator.source.SourceException;
import io.espalier.orchestrator.source.SourceName;
import io.espalier.protocol.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/** The files of one commit, read straight out of the object database. The list of paths is made once, on first use. */
final class GitSnapshot implements Snapshot {

    /** A file's history is followed this far; {@link #lastChange} then gives up rather than hold up a page. */
    static final int MAX_HISTORY = 5_000;

    /** As many paths are named in a remark. */
    private static final int SHOWN = 5;

    private final SourceName source;
    private final Repository repository;
    private final Commit commit;
    private @Nullable SortedSet<String> paths;
    private @Nullable List<String> remarks;

    GitSnapshot(SourceName source, Repository repository, Commit commit) {
        this.source = source;
        this.repository = repository;
        this.commit = commit;
    }

    @Override
    public SourceName source() {
        return source;
    }

    @Override
    public Commit commit() {
        return commit;
    }

    @Override
    public synchronized SortedSet<String> paths() {
        SortedSet<String> known = paths;
        if (known == null) {
            known = Collections.unmodifiableSortedSet(walk());
            paths = known;
        }
        return known;
    }

    @Override
    public synchronized List<String> remarks() {
        List<String> known = remarks;
        if (known == null) {
            known = List.copyOf(findRemarks());
            remarks = known;
        }
        return known;
    }

    private List<String> findRemarks() {
        var links = new ArrayList<String>();
        var modules = new ArrayList<String>();
        try (var revisions = new RevWalk(repository);
                var tree = new TreeWalk(repository, revisions.getObjectReader())) {
            tree.addTree(revisions.parseCommit(id()).getTree());
            tree.setRecursive(true);
            while (tree.next()) {
                int type = tree.getRawMode(0) & FileMode.TYPE_MASK;
                if (type == FileMode.TYPE_SYMLINK) {
                    links.add(tree.getPathString());
                } else if (type == FileMode.TYPE_GITLINK) {
                    modules.add(tree.getPathString());
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        var remarks = new ArrayList<String>();
        remark(remarks, "symbolic links are not followed", links);
        remark(remarks, "submodules are not followed", modules);
        return remarks;
    }

    private static void remark(List<String> remarks, String what, List<String> paths) {
        if (!paths.isEmpty()) {
            String more = paths.size() > SHOWN ? " and " + (paths.size() - SHOWN) + " more" : "";
            remarks.add(GitContent.printable(what + ": "
                    + String.join(", ", paths.subList(0, Math.min(SHOWN, paths.size()))) + more));
        }
    }

    private SortedSet<String> walk() {
        var found = new TreeSet<String>();
        try (var revisions = new RevWalk(repository);
                var tree = new TreeWalk(repository, revisions.getObjectReader())) {
            tree.addTree(revisions.parseCommit(id()).getTree());
            tree.setRecursive(true);
            while (tree.next()) {
                // A name that is not UTF-8 could not be asked for by its path
                if (isRegular(tree) && hasUnicodeName(tree)) {
                    found.add(tree.getPathString());
                }
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        return found;
    }

    @Override
    public Optional<byte[]> read(String path) {
        if (path.isEmpty() || path.startsWith("/")) {
            return Optional.empty();
        }
        try (var revisions = new RevWalk(repository)) {
            ObjectReader reader = revisions.getObjectReader();
            try (TreeWalk tree =
                    TreeWalk.forPath(reader, path, revisions.parseCommit(id()).getTree())) {
                if (tree == null || !isRegular(tree)) {
                    return Optional.empty();
                }
                ObjectLoader blob = reader.open(tree.getObjectId(0), Constants.OBJ_BLOB);
                if (blob.getSize() > MAX_FILE) {
                    throw new SourceException(
                            Reason.TOO_LARGE,
                            source + ":" + path + " has " + blob.getSize() + " bytes (at most " + Sizes.text(MAX_FILE)
                                    + ")");
                }
                return Optional.of(blob.getBytes(MAX_FILE));
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** As {@code git log -1 -- path}: where a merge took the file over unchanged, the side that it came from counts. */
    @Override
    public Optional<Commit> lastChange(String path) {
        try (var walk = new RevWalk(repository)) {
            RevCommit at = walk.parseCommit(id());
            ObjectId here = idOf(walk, at, path);
            if (here == null) {
                return Optional.empty();
            }
            for (int steps = 0; steps < MAX_HISTORY; steps++) {
                RevCommit same = parentWithSame(walk, at, path, here);
                if (same == null) {
                    return Optional.of(GitContent.describe(at));
                }
                at = same;
            }
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    public Optional<History> history() {
        return Optional.of(new GitHistory(source, repository, id()));
    }

    private static @Nullable RevCommit parentWithSame(RevWalk walk, RevCommit child, String path, ObjectId wanted)
            throws IOException {
        for (RevCommit parent : child.getParents()) {
            RevCommit parsed = walk.parseCommit(parent);
            if (wanted.equals(idOf(walk, parsed, path))) {
                return parsed;
            }
        }
        return null;
    }

    private static @Nullable ObjectId idOf(RevWalk walk, RevCommit commit, String path) throws IOException {
        if (path.isEmpty() || path.startsWith("/")) {
            return null;
        }
        try (TreeWalk tree = TreeWalk.forPath(walk.getObjectReader(), path, commit.getTree())) {
            return tree == null || !isRegular(tree) ? null : tree.getObjectId(0);
        }
    }

    private static boolean isRegular(TreeWalk tree) {
        return (tree.getRawMode(0) & FileMode.TYPE_MASK) == FileMode.TYPE_FILE;
    }

    private static boolean hasUnicodeName(TreeWalk tree) {
        return TreeCheck.isUnicode(tree.getRawPath());
    }

    private ObjectId id() {
        return ObjectId.fromString(commit.revision().id());
    }

    private SourceException unreadable(IOException e) {
        return new SourceException(
                Reason.IO_ERROR,
                source + ": cannot read " + commit.revision().abbreviated() + ": " + e.getMessage(),
                e);
    }
}
