package io.espalier.orchestrator.source.hosting;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEditor;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/** The tree of a branch's commit with one file changed. Nothing points to what it writes until a ref is moved. */
final class EditedTree implements AutoCloseable {

    private static final int MAX_PATH = 1_000;

    private final RevWalk walk;
    private final ObjectInserter inserter;
    private final ObjectId tip;
    private final String path;

    EditedTree(Repository repository, ObjectId tip, String path) {
        this.inserter = repository.newObjectInserter();
        this.walk = new RevWalk(inserter.newReader());
        this.tip = tip;
        this.path = path;
    }

    /** What is wrong with a path that somebody typed; empty if nothing is. */
    static Optional<String> wrongPath(String path) {
        if (path.isEmpty() || path.length() > MAX_PATH) {
            return Optional.of("the file has no name, or one over " + MAX_PATH + " characters");
        }
        for (String name : path.split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..") || name.equalsIgnoreCase(".git")) {
                return Optional.of("'" + path + "' cannot be a path (expected: such as units/web.yaml)");
            }
        }
        return path.chars().anyMatch(c -> Character.isISOControl(c) || c == '\\')
                ? Optional.of("a path cannot hold control characters or backslashes")
                : Optional.empty();
    }

    boolean holds(ObjectId commit) throws IOException {
        try {
            walk.parseCommit(commit);
            return true;
        } catch (MissingObjectException | IncorrectObjectTypeException _) {
            return false;
        }
    }

    @Nullable
    ObjectId fileNow() throws IOException {
        return fileIn(tip);
    }

    @Nullable
    ObjectId fileIn(ObjectId commit) throws IOException {
        try (TreeWalk at = at(commit, path)) {
            return at == null ? null : at.getObjectId(0);
        }
    }

    private @Nullable TreeWalk at(ObjectId commit, String wanted) throws IOException {
        return TreeWalk.forPath(
                walk.getObjectReader(), wanted, walk.parseCommit(commit).getTree());
    }

    /** Why there can be no plain file at the path; empty if there can. */
    Optional<String> conflict() throws IOException {
        try (TreeWalk at = at(tip, path)) {
            if (at != null && (at.getRawMode(0) & FileMode.TYPE_MASK) != FileMode.TYPE_FILE) {
                return Optional.of(at.isSubtree() ? "is a folder" : "is a link or a submodule");
            }
        }
        for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            try (TreeWalk above = at(tip, path.substring(0, slash))) {
                if (above != null && !above.isSubtree()) {
                    return Optional.of("would be inside of " + path.substring(0, slash) + ", which is a file");
                }
            }
        }
        return Optional.empty();
    }

    /** The tree in which the file holds {@code text}; empty if it does already. Keeps the file's mode. */
    Optional<ObjectId> with(String text) throws IOException {
        ObjectId blob = inserter.insert(Constants.OBJ_BLOB, text.getBytes(StandardCharsets.UTF_8));
        if (blob.equals(fileNow())) {
            return Optional.empty();
        }
        DirCache index =
                DirCache.read(walk.getObjectReader(), walk.parseCommit(tip).getTree());
        DirCacheEditor editor = index.editor();
        editor.add(new DirCacheEditor.PathEdit(path) {
            @Override
            public void apply(DirCacheEntry entry) {
                if (entry.getRawMode() == 0) {
                    entry.setFileMode(FileMode.REGULAR_FILE);
                }
                entry.setObjectId(blob);
            }
        });
        editor.finish();
        return Optional.of(index.writeTree(inserter));
    }

    ObjectId commit(ObjectId tree, PersonIdent author, String message) throws IOException {
        var commit = new CommitBuilder();
        commit.setTreeId(tree);
        commit.setParentId(tip);
        commit.setAuthor(author);
        commit.setCommitter(author);
        commit.setMessage(message);
        ObjectId id = inserter.insert(commit);
        inserter.flush();
        return id;
    }

    @Override
    public void close() {
        walk.close();
        inserter.close();
    }
}
