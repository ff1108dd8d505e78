package io.espalier.orchestrator.source;

import java.util.List;
import java.util.Optional;

/** What led to a revision: who changed what, when and why. Every answer is bounded in size and time. */
public interface History {

    /**
     * The commits that changed {@code path}, the newest first.
     *
     * @param path a file or a folder; empty: all commits
     * @param skip how many of the newest to leave out
     * @param limit how many at most
     */
    List<Commit> log(String path, int skip, int limit);

    /**
     * Who last changed each line of a file, in its order; empty for a line whose commit was not found in time. No lines at
     * all if there is no such file.
     */
    List<Optional<Commit>> lines(String path);

    /** What the revision itself changed, against its first parent. */
    Changes changes();

    /**
     * @param message the whole of it
     * @param parents none for the first commit
     * @param left how many more files changed than are shown
     */
    record Changes(Commit commit, String message, List<Revision> parents, List<FileDiff> files, int left) {
        public Changes {
            parents = List.copyOf(parents);
            files = List.copyOf(files);
        }
    }

    /**
     * @param action create, update or remove
     * @param diff unified, without the header that names the files; absent for what is no text or too large
     */
    record FileDiff(String action, String path, Optional<String> diff) {}
}
