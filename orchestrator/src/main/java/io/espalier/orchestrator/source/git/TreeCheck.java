package io.espalier.orchestrator.source.git;

import io.espalier.orchestrator.source.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * Finds what a tree may not hold, each with its path: links, submodules, names that mean something to a file system or a
 * terminal, and names that only some file systems tell apart. This process would not be harmed by them; people who
 * clone the repository, and hosts, might.
 */
public final class TreeCheck {

    /** So that a wholly hostile tree does not fill a terminal. */
    private static final int MAX_FINDINGS = 20;

    private static final int MAX_PATH = 1_024;
    private static final int MAX_DEPTH = 50;

    private final int maxFiles;

    public TreeCheck(int maxFiles) {
        this.maxFiles = maxFiles;
    }

    /** What refuses {@code tree}, in path order, at most about 20; empty if nothing does. */
    public List<Finding> check(Repository repository, AnyObjectId tree) throws IOException {
        var found = new ArrayList<Finding>();
        Map<String, String> folded = new HashMap<>();
        int files = 0;
        try (var walk = new TreeWalk(repository)) {
            walk.addTree(tree);
            while (walk.next()) {
                String wrong = wrongWith(walk, folded);
                if (!wrong.isEmpty()) {
                    found.add(Finding.error(printable(walk.getPathString()) + " " + wrong));
                    if (found.size() == MAX_FINDINGS) {
                        found.add(Finding.error(
                                "more of this kind may follow; only the first " + MAX_FINDINGS + " are shown"));
                        return found;
                    }
                } else if (walk.isSubtree()) {
                    walk.enterSubtree();
                } else if (++files > maxFiles) {
                    found.add(Finding.error("the repository has more than " + maxFiles
                            + " files (a fleet or template source holds configuration; ship data from an app source)"));
                    return found;
                }
            }
        }
        return found;
    }

    /** Empty if nothing is. */
    private static String wrongWith(TreeWalk entry, Map<String, String> folded) {
        byte[] raw = entry.getRawPath();
        String path = entry.getPathString();
        String name = entry.getNameString();
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
            return "a file may not be called '" + printable(name) + "'";
        }
        if (name.equalsIgnoreCase(".git")) {
            return "no file or folder may be called '.git'";
        }
        if (!isUnicode(raw)) {
            return "has a name that is not UTF-8";
        }
        if (path.chars().anyMatch(Character::isISOControl)) {
            return "has a control character in its name";
        }
        if (raw.length > MAX_PATH || entry.getDepth() > MAX_DEPTH) {
            return "has a path over " + MAX_PATH + " bytes or " + MAX_DEPTH + " folders";
        }
        int type = entry.getRawMode(0) & FileMode.TYPE_MASK;
        if (type == FileMode.TYPE_SYMLINK) {
            return "is a symbolic link; links are not followed (commit the file itself)";
        }
        if (type == FileMode.TYPE_GITLINK) {
            return "is a submodule; submodules are not followed (name the repository as a source of its own)";
        }
        String other = folded.putIfAbsent(fold(path), path);
        if (other != null) {
            return "differs from '" + printable(other) + "' in upper and lower case only";
        }
        return "";
    }

    private static String fold(String path) {
        return Normalizer.normalize(path, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
    }

    static boolean isUnicode(byte[] raw) {
        for (byte b : raw) {
            if (b < 0) {
                try {
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw));
                    return true;
                } catch (CharacterCodingException _) {
                    return false;
                }
            }
        }
        return true;
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cc}", "?");
    }
}
