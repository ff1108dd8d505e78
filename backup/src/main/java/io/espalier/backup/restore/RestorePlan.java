package io.espalier.backup.restore;

import io.espalier.backup.linux.Names;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What to bring back, and to where.
 *
 * @param target the folder that stands for {@code /}; made if it is missing
 * @param paths as in a node: these and what is below; none means everything
 * @param owners false: everything belongs to whoever restores
 * @param base a folder above the target; from it on the target is reached, and made, without following a link
 */
public record RestorePlan(Path target, List<String> paths, boolean owners, Optional<Path> base) {
    public RestorePlan {
        for (String path : paths) {
            if (!Names.isPath(path)) {
                throw new IllegalArgumentException(
                        "path: \"" + Names.shown(path) + "\" (expected: /a/path without . and ..)");
            }
        }
        paths = List.copyOf(paths);
        target = target.toAbsolutePath().normalize();
        base = base.map(folder -> folder.toAbsolutePath().normalize());
        if (base.isPresent() && !target.startsWith(base.get())) {
            throw new IllegalArgumentException("target: " + target + " (expected: in " + base.get() + ")");
        }
    }

    /** The target is whatever its path leads to: links in it were made by whoever names it. */
    public RestorePlan(Path target, List<String> paths, boolean owners) {
        this(target, paths, owners, Optional.empty());
    }

    /** As a person writes it: with or without a slash in front or at the end. */
    public static String pathOf(String text) {
        String path = Names.of(text);
        int from = 0;
        int until = path.length();
        while (from < until && path.charAt(from) == '/') {
            from++;
        }
        while (until > from && path.charAt(until - 1) == '/') {
            until--;
        }
        return path.substring(from, until);
    }

    boolean isSelected(String path) {
        return paths.isEmpty() || paths.stream().anyMatch(selected -> Names.isBelow(path, selected));
    }

    /** True for the folders above something selected. */
    boolean isOnTheWay(String path) {
        return paths.stream().anyMatch(selected -> Names.isBelow(selected, path));
    }
}
