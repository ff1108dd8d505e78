package io.espalier.backup.files;

import io.espalier.backup.linux.Names;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What to back up.
 *
 * @param roots absolute paths in the order of the walk, none below another
 * @param never whole paths that are always left out, such as the repository itself
 * @param staysOnFileSystem true: what is mounted below a root is left out
 * @param isStrict true: a file that changed while it was read makes the backup bad
 * @param cache where the last run is remembered; empty: everything is read
 * @param base the folder that stands for {@code /}: roots and excludes are beneath it, and so are the paths in the snapshot
 */
public record FilesPlan(
        String host,
        String source,
        List<Path> roots,
        Excludes excludes,
        List<Path> never,
        boolean staysOnFileSystem,
        boolean isStrict,
        Optional<Path> cache,
        Path base) {

    /** Left out unless a root is in there: what they hold is made by the kernel, or lives as long as the machine runs. */
    static final List<String> KERNEL_FOLDERS = List.of("proc", "sys", "dev", "run");

    public FilesPlan {
        if (roots.isEmpty()) {
            throw new IllegalArgumentException("roots: none (expected: at least one path)");
        }
        var sorted = new ArrayList<Path>();
        for (Path root : roots) {
            sorted.add(root.toAbsolutePath().normalize());
        }
        sorted.sort((one, other) -> Names.compare(nameOf(one), nameOf(other)));
        for (int i = 1; i < sorted.size(); i++) {
            if (sorted.get(i).startsWith(sorted.get(i - 1))) {
                throw new IllegalArgumentException(
                        "roots: " + sorted.get(i) + " is in " + sorted.get(i - 1) + " (expected: none in another)");
            }
        }
        roots = List.copyOf(sorted);
        Path real = base.toAbsolutePath().normalize();
        base = real;
        never = never.stream()
                .map(path -> path.toAbsolutePath().normalize())
                .filter(path -> path.startsWith(real))
                .map(path -> Path.of("/").resolve(real.relativize(path)))
                .toList();
    }

    /** The whole machine: {@code /} is {@code /}. */
    public FilesPlan(
            String host,
            String source,
            List<Path> roots,
            Excludes excludes,
            List<Path> never,
            boolean staysOnFileSystem,
            boolean isStrict,
            Optional<Path> cache) {
        this(host, source, roots, excludes, never, staysOnFileSystem, isStrict, cache, Path.of("/"));
    }

    /** The real folder of a path as in {@link Node}. */
    String real(String path) {
        return base.getNameCount() == 0 ? "/" + path : Names.of(base.toString()) + "/" + path;
    }

    /** A path as in {@link Node}. */
    public static String nameOf(Path path) {
        return Names.of(path.toString().substring(1));
    }
}
