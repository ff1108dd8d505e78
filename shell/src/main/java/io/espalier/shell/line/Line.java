package io.espalier.shell.line;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a line of words turned out to be. */
public sealed interface Line {
    record Run(Syntax syntax, Given given) implements Line {}

    /** @param path of the command or group that help is wanted for; empty for all */
    record Help(List<String> path) implements Line {}

    /**
     * @param message one sentence
     * @param suggestion what may have been meant
     * @param help path of the command whose help tells more
     */
    record Wrong(String message, @Nullable String suggestion, List<String> help) implements Line {}

    /** No command, but perhaps options. */
    record Nothing(Given given) implements Line {}
}
