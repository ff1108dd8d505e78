package io.espalier.orchestrator.fleet;

import java.util.Comparator;
import java.util.Optional;

/**
 * Something in a source that a person must mend.
 *
 * @param file path within the source, prefixed by {@code source:} where it is not the fleet source itself
 * @param line from 1; 0 where the problem is not about a line
 * @param column from 1; 0 where it is not about a column
 * @param message what is wrong, naming the host or unit it is about: {@code web3: unknown tier 'wbe'}
 * @param hint the nearest fix: {@code did you mean 'web'?}
 * @param severity whether the revision is refused for it
 */
public record Problem(String file, int line, int column, String message, Optional<String> hint, Severity severity) {

    /** By file, line and column. */
    public static final Comparator<Problem> IN_FILE_ORDER = Comparator.comparing(Problem::file)
            .thenComparingInt(Problem::line)
            .thenComparingInt(Problem::column)
            .thenComparing(Problem::message)
            .thenComparing(problem -> problem.hint().orElse(""))
            .thenComparing(Problem::severity);

    /** An {@code ERROR} refuses the revision; a {@code WARNING} is told and remembered. */
    public enum Severity {
        ERROR,
        WARNING
    }

    public static Problem error(String file, int line, int column, String message) {
        return new Problem(file, line, column, message, Optional.empty(), Severity.ERROR);
    }

    public static Problem error(String file, int line, int column, String message, String hint) {
        return new Problem(file, line, column, message, Optional.of(hint), Severity.ERROR);
    }

    public static Problem warning(String file, int line, int column, String message) {
        return new Problem(file, line, column, message, Optional.empty(), Severity.WARNING);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** {@code hosts.yaml:12:7 web3: unknown tier 'wbe' (did you mean 'web'?)} */
    @Override
    public String toString() {
        String where = line == 0 ? file : column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
        return where + " " + message + hint.map(text -> " (" + text + ")").orElse("");
    }
}
