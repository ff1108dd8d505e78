package io.espalier.orchestrator.source;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;

/**
 * The content of a source at a revision: a set of files that never changes. Paths are relative, with {@code /} between
 * names, in no need of being safe on a disk: nothing here is ever written to one under its own name.
 */
public interface Snapshot {

    SourceName source();

    Commit commit();

    /** Of all regular files; links and submodules are left out. */
    SortedSet<String> paths();

    /**
     * The content of a file, or empty if there is none at {@code path}.
     *
     * @throws SourceException with {@code too-large} if it is over {@link #MAX_FILE} bytes
     */
    Optional<byte[]> read(String path);

    /** What was left out of it and why, a line each, for people; empty where nothing was. */
    default List<String> remarks() {
        return List.of();
    }

    /** The commit that last changed {@code path}; empty where the source cannot tell. */
    Optional<Commit> lastChange(String path);

    /** How it came to be; empty where the source cannot tell. */
    default Optional<History> history() {
        return Optional.empty();
    }

    /** The most bytes of one file that a fleet or template source may have. */
    int MAX_FILE = 16 << 20;
}
