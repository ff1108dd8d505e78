package io.espalier.orchestrator.fleet;

import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Collects what is wrong so that everything is told at once, in the order of the files. Bounded. */
final class Problems {

    /** More than a person will read; the rest shows up once these are mended. */
    static final int MAX = 1_000;

    private final TreeSet<Problem> found = new TreeSet<>(Problem.IN_FILE_ORDER);
    private boolean refused;

    void add(Problem problem) {
        refused |= problem.isError();
        if (found.size() < MAX || (refused && !holdsError())) {
            found.add(problem);
        }
    }

    boolean hasErrors() {
        return refused;
    }

    boolean hasErrorIn(Pattern files) {
        return found.stream()
                .anyMatch(problem ->
                        problem.isError() && files.matcher(problem.file()).matches());
    }

    /** Sorted by file, line and column. */
    List<Problem> sorted() {
        return List.copyOf(found);
    }

    /** Only asked when full, so that a flood of warnings does not hide the first error. */
    private boolean holdsError() {
        return found.stream().anyMatch(Problem::isError);
    }
}
