package io.espalier.orchestrator.source.svn;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.dircache.InvalidPathException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/**
 * The files of one revision while they are put together. It is kept as two git trees with the same paths: the contents,
 * and for each file a small text that names the change it comes from (one object for all files of a commit).
 */
final class SvnTree {

    /** @param mode regular, executable or a link, whose content then is its target */
    record Node(FileMode mode, ObjectId content, ObjectId change) {}

    /** @param leftOut paths that git cannot hold, such as those that go through a folder {@code .git} */
    record Stored(ObjectId contents, ObjectId changes, List<String> leftOut) {}

    private final TreeMap<String, Node> files = new TreeMap<>();

    /** Folders with externals; nobody follows them. */
    private final TreeSet<String> externals = new TreeSet<>();

    static SvnTree load(ObjectReader reader, ObjectId contents, ObjectId changes, List<String> externals)
            throws IOException {
        var tree = new SvnTree();
        tree.externals.addAll(externals);
        try (var walk = new TreeWalk(reader)) {
            walk.addTree(contents);
            walk.addTree(changes);
            walk.setRecursive(true);
            while (walk.next()) {
                tree.files.put(
                        walk.getPathString(), new Node(walk.getFileMode(0), walk.getObjectId(0), walk.getObjectId(1)));
            }
        }
        return tree;
    }

    @Nullable
    Node file(String path) {
        return files.get(path);
    }

    void put(String path, Node node) {
        files.put(path, node);
    }

    int size() {
        return files.size();
    }

    /** A file, or a folder with all that is in it. */
    void remove(String path) {
        files.remove(path);
        beneath(path).clear();
        externals.remove(path);
        externals.subSet(path + "/", path + "0").clear();
    }

    private SortedMap<String, Node> beneath(String path) {
        return files.subMap(path + "/", path + "0"); // the character after '/'
    }

    void setExternals(String folder, boolean there) {
        if (there) {
            externals.add(folder);
        } else {
            externals.remove(folder);
        }
    }

    List<String> externals() {
        return List.copyOf(externals);
    }

    Stored store(ObjectInserter inserter) throws IOException {
        var leftOut = new ArrayList<String>();
        DirCache contents = DirCache.newInCore();
        DirCache changes = DirCache.newInCore();
        DirCacheBuilder contentsBuilder = contents.builder();
        DirCacheBuilder changesBuilder = changes.builder();
        files.forEach((path, node) -> {
            try {
                byte[] name = path.getBytes(StandardCharsets.UTF_8);
                contentsBuilder.add(entry(name, node.mode(), node.content()));
                changesBuilder.add(entry(name, FileMode.REGULAR_FILE, node.change()));
            } catch (InvalidPathException _) {
                leftOut.add(path);
            }
        });
        contentsBuilder.finish();
        changesBuilder.finish();
        return new Stored(contents.writeTree(inserter), changes.writeTree(inserter), leftOut);
    }

    private static DirCacheEntry entry(byte[] name, FileMode mode, ObjectId id) {
        var entry = new DirCacheEntry(name);
        entry.setFileMode(mode);
        entry.setObjectId(id);
        return entry;
    }

    /** What a special file of Subversion holds, without its {@code link }; empty if it is no link. */
    static byte @Nullable [] linkTarget(byte[] special) {
        byte[] mark = Constants.encode("link ");
        boolean isLink = special.length > mark.length && Arrays.equals(Arrays.copyOf(special, mark.length), mark);
        return isLink ? Arrays.copyOfRange(special, mark.length, special.length) : null;
    }
}
