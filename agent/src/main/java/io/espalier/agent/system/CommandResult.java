package io.espalier.agent.system;

import java.time.Duration;
import java.util.Optional;

/**
 * How a command ended.
 *
 * @param output the last lines of what it wrote to stdout, then of what it wrote to stderr
 */
public record CommandResult(Ending ending, String output) {

    /** In which of three ways. */
    public sealed interface Ending {

        /** By itself, with this status; for a signal, 128 and its number. */
        record Exited(int status) implements Ending {}

        /** By us, after this time. */
        record Killed(Duration after) implements Ending {}

        record NotStarted(String why) implements Ending {}
    }

    public static CommandResult exited(int status, String output) {
        return new CommandResult(new Ending.Exited(status), output);
    }

    public boolean isGood() {
        return ending.equals(new Ending.Exited(0));
    }

    /** The last line that says something: of stderr, if anything was written there. */
    public Optional<String> lastLine() {
        return output.lines().map(String::strip).filter(line -> !line.isEmpty()).reduce((_, last) -> last);
    }

    /** For people: how it ended and its last words. */
    public String summary() {
        String how = switch (ending) {
            case Ending.Exited(var status) -> "exit status " + status;
            case Ending.Killed(var after) -> "killed after " + after.toMillis() + " ms";
            case Ending.NotStarted(var why) -> "cannot be started (" + why + ")";
        };
        return output.isBlank() ? how : how + ": " + output.strip();
    }
}
