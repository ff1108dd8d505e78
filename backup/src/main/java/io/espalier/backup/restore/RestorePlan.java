package io.espalier.backup.restore;

import io.espalier.backup.linux.Names;
import java.nio.file.Path;
import java.util.List;

/**
 * What to bring back, and to where.
 *
 * @param target the folder that stands for {@code /}; made if it is missing
 * @param paths as in a node: these and what is below; none means everything
 * @param owners false: everything belongs to whoever restores
 */
public record RestorePlan(Path target, List<String> paths, boolean owners) {
    public RestorePlan {
        for (String path : paths) {
            if (!Names.isPath(path)) {
                throw new IllegalArgumentException(
                        "path: \"" + Names.shown(path) + "\" (expected: /a/path without . and ..)");
            }
        }
        paths = List.copyOf(paths);
        target = target.toAbsolutePath().normalize();
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
