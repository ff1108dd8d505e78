package io.espalier.protocol.api;

import org.jspecify.annotations.Nullable;

/**
 * @param line from 1, or 0; {@code column} likewise
 * @param severity error or warning
 */
public record ProblemView(
        String file,
        int line,
        int column,
        String message,
        @Nullable String hint,
        String severity) {

    /** {@code file:line:column message (hint)} */
    public String text() {
        String where = line == 0 ? file : column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
        return where + " " + message + (hint == null ? "" : " (" + hint + ")");
    }
}
